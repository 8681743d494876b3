import Foundation
import Postgres
import TestSupport
import Testing

@Suite("outbox.enqueue", .requires(.postgres))
struct EnqueueTests {
  private let database: TestDatabase
  private let connection: PostgresConnection

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    try database.migrate()
    connection = try database.connect()
  }

  @Test func `it writes the row and returns its id, of version 7 and in the order of time`() throws {
    let ids = try (0..<5).map { number in
      try #require(
        try connection.execute(
          "SELECT outbox.enqueue('order', 'user-1', 'order.made', $1, $2)",
          ["{\"n\": \(number)}", #"{"traceparent": "00-1"}"#]
        ).scalar)
    }
    #expect(ids.allSatisfy { $0.dropFirst(14).first == "7" && "89ab".contains($0.dropFirst(19).first ?? "x") })
    #expect(Set(ids).count == 5)
    #expect(ids.map { $0.prefix(13) } == ids.map { $0.prefix(13) }.sorted())
    let rows = try connection.execute(
      "SELECT id, aggregatetype, aggregateid, type, payload, headers FROM outbox.event ORDER BY payload->>'n'")
    #expect(rows.column == ids)
    #expect(rows[4, 4] == #"{"n": 4}"#)
    #expect(rows[0, 5] == #"{"traceparent": "00-1"}"#)
    let given = "01890a5d-ac96-774b-bcce-b302099a8057"
    #expect(
      try connection.execute("SELECT outbox.enqueue('a', 'k', 't', '{}', NULL, $1)", [.text(given)]).scalar == given)
  }

  @Test func `a transaction that rolls back leaves no event`() throws {
    try connection.run(script: "BEGIN; SELECT outbox.enqueue('a', 'k', 't', '{}'); ROLLBACK")
    #expect(try database.scalar("SELECT count(*) FROM outbox.event") == "0")
  }

  @Test(
    arguments: [
      ("'', 'k', 't', '{}'", "aggregatetype and type must not be empty"),
      ("NULL, 'k', 't', '{}'", "aggregatetype and type must not be empty"),
      ("'a', 'k', '', '{}'", "aggregatetype and type must not be empty"),
      ("'a', '', 't', '{}'", "aggregateid must not be empty"),
      ("'a', NULL, 't', '{}'", "aggregateid must not be empty"),
      ("'a', 'k', 't', NULL", "payload must not be null"),
      ("'a', 'k', 't', to_jsonb(repeat('x', 900000))", "payload is over 900,000 bytes"),
      ("'a', 'k', 't', '{}', '[]'", "headers must be a JSON object"),
      ("'a', 'k', 't', '{}', '{\"\": \"1\"}'", "must not be empty or hold control characters"),
      ("'a', 'k', 't', '{}', '{\"a\\nb\": \"1\"}'", "must not be empty or hold control characters"),
      ("'a', 'k', 't', '{}', '{\"id\": \"1\"}'", "the header name id is reserved"),
      ("'a', 'k', 't', '{}', '{\"committed_at\": \"1\"}'", "the header name committed_at is reserved"),
      ("'a', 'k', 't', '{}', '{\"bongsu-attempt\": \"1\"}'", "the header name bongsu-attempt is reserved"),
    ])
  func `what cannot be an event is refused with what is wrong`(arguments: String, reason: String) throws {
    let error = #expect(throws: PostgresError.self) {
      try connection.run(script: "SELECT outbox.enqueue(\(arguments))")
    }
    #expect(error?.sqlState == SQLState(rawValue: "22023"))
    #expect(error?.message.contains(reason) == true, "\(String(describing: error))")
    #expect(try database.scalar("SELECT count(*) FROM outbox.event") == "0")
  }

  @Test func `a payload that compresses well does not slip over the limit`() throws {
    try connection.run(script: "CREATE TABLE big (p jsonb); INSERT INTO big SELECT to_jsonb(repeat('x', 2000000))")
    let error = #expect(throws: PostgresError.self) {
      try connection.run(script: "SELECT outbox.enqueue('a', 'k', 't', p) FROM big")
    }
    #expect(error?.message.contains("900,000") == true)
  }

  /// The same vectors hold for OutboxClient.
  @Test(arguments: [
    ("user-1", 4_115_893_287), ("user-2", 4_166_223_486), ("주문-7", 3_751_236_214), ("", 2_166_103_257),
  ])
  func `a key's hash is FNV-1a with its halves folded`(key: String, hash: Int) throws {
    #expect(try connection.execute("SELECT outbox.key_hash($1)", [.text(key)]).scalar == "\(hash)")
  }

  /// The number of tables is a constant in the plans that sessions keep.
  @Test func `a session that has enqueued before sees that tables were added`() throws {
    for _ in 0..<10 { try connection.execute("SELECT outbox.enqueue('a', 'user-1', 't', '{}')") }
    try database.connect().execute("SELECT outbox.add_tables(4)")
    try connection.execute("SELECT outbox.enqueue('a', 'user-1', 't', '{}')")
    #expect(try connection.execute("SELECT count(*) FROM outbox.event_4").scalar == "1")
    #expect(try connection.execute("SELECT outbox.table_count()").scalar == "4")
    // As by a DBA who applies the file once more.
    let migration = try String(contentsOfFile: Repository.file("migrations/outbox/002_enqueue.up.sql"), encoding: .utf8)
    try connection.run(script: migration)
    #expect(try connection.execute("SELECT outbox.table_count()").scalar == "4")
  }

  @Test func `with four tables an event goes where its key's hash says, and keeps its key's table`() throws {
    #expect(try connection.execute("SELECT outbox.add_tables(4)").column == ["event_2", "event_3", "event_4"])
    for key in ["user-1", "user-2", "주문-7", "user-1"] {
      try connection.execute("SELECT outbox.enqueue('a', $1, 't', '{}')", [.text(key)])
    }
    let tables = ["event", "event_2", "event_3", "event_4"]
    let keys = try tables.map { table in
      try connection.execute("SELECT aggregateid FROM outbox.\(table) ORDER BY 1").column
    }
    #expect(keys == [[], [], ["user-2", "주문-7"], ["user-1", "user-1"]])
  }
}
