import OutboxClient
import OutboxClientPostgres
import Postgres
import TestSupport
import Testing

@Suite("Enqueueing into PostgreSQL", .requires(.postgres))
struct EnqueueTests {
  private let database: TestDatabase
  private let connection: PostgresConnection
  private let outbox = OutboxWriter()

  init() throws {
    database = try PostgresFixture.migrated()
    connection = try database.connect()
  }

  private static let hostile = "'); DROP TABLE outbox.event; -- \"\\{},NULL $1 é🙂\n\t\u{1}"

  private static func event(
    _ key: String = "user-1", payload: String = #"{"order": 7}"#, headers: [String: String] = [:],
    trace: OutboxTraceContext? = nil
  ) throws -> OutboxEvent {
    try OutboxEvent(
      aggregateType: "user", aggregateID: key, type: "order.shipped", payload: OutboxPayload(json: payload),
      headers: headers, trace: trace)
  }

  private func count() throws -> String? { try database.scalar("SELECT count(*) FROM outbox.event") }

  @Test func `a committed event is a row with all that it was given`() throws {
    let trace = OutboxTraceContext(traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    let event = try Self.event(headers: ["tenant": "7"], trace: trace)
    try connection.withTransaction { try outbox.enqueue(event, in: $0) }
    let row = try connection.execute(
      """
      SELECT id, aggregatetype, aggregateid, type, payload, headers->>'tenant', headers->>'traceparent',
        now() - created_at < interval '1 minute' FROM outbox.event
      """)
    #expect(row.rowCount == 1)
    let values = (0..<8).map { row[0, $0] }
    #expect(
      values == [
        event.id.description, "user", "user-1", "order.shipped", #"{"order": 7}"#, "7", trace?.traceparent, "t",
      ])
  }

  @Test func `an event without headers has none in the table, alone and in a batch`() throws {
    try connection.withTransaction { transaction in
      try outbox.enqueue(Self.event(), in: transaction)
      try outbox.enqueue([Self.event(), Self.event(headers: ["a": "b"]), Self.event()], in: transaction)
    }
    #expect(try database.scalar("SELECT count(*) FROM outbox.event WHERE headers IS NULL") == "3")
  }

  @Test(arguments: [1, 3])
  func `hostile texts come back unchanged, alone and in a batch`(rows: Int) throws {
    let events = try (0..<rows).map { _ in
      try OutboxEvent(
        aggregateType: Self.hostile, aggregateID: Self.hostile, type: Self.hostile,
        payload: [Self.hostile: Self.hostile], headers: ["a\"\\'": Self.hostile])
    }
    try connection.withTransaction { try outbox.enqueue(events, in: $0) }
    let same = try database.scalar(
      """
      SELECT count(*) FROM outbox.event WHERE aggregatetype = $1 AND aggregateid = $1 AND type = $1
        AND payload = jsonb_build_object($1::text, $1::text) AND headers = jsonb_build_object($2::text, $1::text)
      """, [.text(Self.hostile), .text("a\"\\'")])
    #expect(same == "\(rows)")
  }

  @Test func `what is rolled back is not in the table`() throws {
    struct Refused: Error {}
    #expect(throws: Refused.self) {
      try connection.withTransaction { transaction in
        try outbox.enqueue(Self.event(), in: transaction)
        try outbox.enqueue([Self.event(), Self.event()], in: transaction)
        throw Refused()
      }
    }
    #expect(try count() == "0")
  }

  @Test func `an event that is refused leaves the transaction usable`() throws {
    try connection.withTransaction { transaction in
      try outbox.enqueue(Self.event(), in: transaction)
      #expect(throws: OutboxError.self) { try outbox.enqueue(Self.event(""), in: transaction) }
      try outbox.enqueue(Self.event(), in: transaction)
    }
    #expect(try count() == "2")
  }

  @Test func `10,000 events are one statement, and keep their order`() throws {
    let events = try (0..<10_000).map { try Self.event("user-\($0 % 100)", payload: #"{"n": \#($0)}"#) }
    try connection.withTransaction { transaction in
      let counting = CountingTransaction(transaction)
      try outbox.enqueue(events, in: counting)
      #expect(counting.statements == 1)
    }
    let ordered = try database.scalar(
      """
      SELECT count(*) FILTER (WHERE (payload->>'n')::int = place - 1) FROM
        (SELECT payload, row_number() OVER (ORDER BY ctid) AS place FROM outbox.event) AS stored
      """)
    #expect(ordered == "10000")
    let byID = try connection.execute("SELECT id FROM outbox.event ORDER BY id").column
    #expect(byID == events.map(\.id.description))
  }

  @Test func `a batch over four tables is four statements, and a key is in one table`() throws {
    let names = ["outbox.event", "outbox.event_2", "outbox.event_3", "outbox.event_4"]
    for name in names.dropFirst() { try database.run("CREATE TABLE \(name) (LIKE outbox.event INCLUDING DEFAULTS)") }
    let outbox = OutboxWriter(tables: 4)
    try connection.withTransaction { transaction in
      let counting = CountingTransaction(transaction)
      try outbox.enqueue((0..<1_000).map { try Self.event("user-\($0 % 100)") }, in: counting)
      #expect(counting.statements == 4)
      try outbox.enqueue(Self.event("user-2"), in: counting)
    }
    let all = names.map { "SELECT '\($0)' AS place, aggregateid FROM \($0)" }.joined(separator: " UNION ALL ")
    let summary = try connection.execute(
      "SELECT count(*), count(DISTINCT place), count(DISTINCT (place, aggregateid)) FROM (\(all)) AS rows")
    #expect((0..<3).map { summary[0, $0] } == ["1001", "4", "100"])
    #expect(try database.scalar("SELECT count(*) FROM outbox.event_3 WHERE aggregateid = 'user-2'") == "11")
  }

  @Test func `the writer's role is enough`() throws {
    try connection.run(script: "SET ROLE outbox_writer")
    try connection.withTransaction { transaction in
      try outbox.enqueue(Self.event(), in: transaction)
      try outbox.enqueue([Self.event(), Self.event()], in: transaction)
    }
    #expect(try count() == "3")
  }

  @Test func `a driver that waits with await gets the same statements`() async throws {
    let transaction = AsynchronousTransaction()
    try await outbox.enqueue(Self.event(), in: transaction)
    try await outbox.enqueue([Self.event(), Self.event("user-2")], in: transaction)
    let statements = await transaction.statements
    try #require(statements.count == 2)
    try connection.withTransaction { inside in for statement in statements { try inside.run(statement) } }
    #expect(try count() == "3")
  }
}

@Suite("The rules beside those of outbox.enqueue", .requires(.postgres))
struct EnqueueAgreementTests {
  private let connection: PostgresConnection

  init() throws { connection = try PostgresFixture.connection() }

  private func isTakenBySQL(_ aggregateType: String, _ key: String, _ type: String, header: String) throws -> Bool {
    do {
      try connection.execute(
        "SELECT outbox.enqueue($1, $2, $3, '{}', jsonb_build_object($4::text, 'x'))",
        [.text(aggregateType), .text(key), .text(type), .text(header)])
      return true
    } catch  where error.sqlState == SQLState(rawValue: "22023") {
      return false
    }
  }

  @Test(arguments: [
    "", "id", "type", "aggregatetype", "lsn", "ordinal", "committed_at", "bongsu-x", "bongsu-\u{301}", "bongsu", "ID",
    "tenant", "traceparent", "bongsuX",
  ])
  func `a header name is taken by both or by none`(name: String) throws {
    let event = try? OutboxEvent(
      aggregateType: "user", aggregateID: "1", type: "made", payload: [1], headers: [name: "x"])
    #expect(try isTakenBySQL("user", "1", "made", header: name) == (event != nil))
  }

  @Test(arguments: [("", "1", "made"), ("user", "", "made"), ("user", "1", ""), ("user", " ", "made")])
  func `an empty field is taken by both or by none`(aggregateType: String, key: String, type: String) throws {
    let event = try? OutboxEvent(aggregateType: aggregateType, aggregateID: key, type: type, payload: [1])
    #expect(try isTakenBySQL(aggregateType, key, type, header: "x") == (event != nil))
  }
}
