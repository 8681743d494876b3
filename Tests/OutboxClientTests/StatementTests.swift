import Testing

@testable import OutboxClient

@Suite("The statements that are rendered")
struct StatementTests {
  private static func event(_ key: String, _ payload: String = "{}") throws -> OutboxEvent {
    try OutboxEvent(
      aggregateType: "user", aggregateID: key, type: "made", payload: OutboxPayload(json: payload),
      headers: ["tenant": key])
  }

  @Test func `a single event is one INSERT whose six parameters are its columns`() throws {
    let event = try Self.event("user-1", #"{"a":1}"#)
    let statement = OutboxWriter().statement(for: event)
    #expect(
      statement.sql == "INSERT INTO outbox.event (id, aggregatetype, aggregateid, type, payload, headers) "
        + "VALUES ($1::text::uuid, $2::text, $3::text, $4::text, $5::text::jsonb, $6::text::jsonb)")
    #expect(
      statement.parameters == [event.id.description, "user", "user-1", "made", #"{"a":1}"#, #"{"tenant":"user-1"}"#])
  }

  @Test func `the SQL is the same whatever the events hold`() throws {
    let harmless = try Self.event("user-1")
    let hostile = try Self.event("'); DROP TABLE orders; -- \" {},\\ $1")
    let writer = OutboxWriter()
    #expect(writer.statement(for: hostile).sql == writer.statement(for: harmless).sql)
    let batches = [[harmless, harmless], [hostile, hostile, hostile]].map { writer.statements(for: $0).map(\.sql) }
    #expect(batches[0] == batches[1])
    #expect(batches[0].count == 1)
  }

  @Test func `an array quotes each element, and null is no text`() {
    var literal = ArrayLiteral()
    for element in ["a", #"b"\c"#, nil, "", "NULL", "{,}"] { literal.append(element) }
    #expect(literal.text == #"{"a","b\"\\c",NULL,"","NULL","{,}"}"#)
    #expect(ArrayLiteral().text == "{}")
  }

  @Test func `nothing to insert is no statement`() { #expect(OutboxWriter(tables: 4).statements(for: []).isEmpty) }

  @Test func `10,000 events are one statement`() throws {
    let events = try (0..<10_000).map { try Self.event("user-\($0)") }
    let statements = OutboxWriter().statements(for: events)
    #expect(statements.count == 1)
    #expect(statements[0].parameters.count == 6)
  }

  @Test func `a batch over the size limit is split, in order, and one event alone has the short form`() throws {
    let events = try (0..<7).map { try Self.event("user-\($0)", "\"\(String(repeating: "x", count: 900))\"") }
    let statements = OutboxStatement.batch(events, table: "outbox.event", sizeLimit: 3_000)
    #expect(
      statements.map { $0.parameters[2] } == [
        #"{"user-0","user-1","user-2"}"#, #"{"user-3","user-4","user-5"}"#, "user-6",
      ])
    #expect(statements[2] == OutboxStatement(events[6], table: "outbox.event"))
    #expect(OutboxStatement.batch(events, table: "outbox.event", sizeLimit: 1).count == 7)
  }
}

@Suite("The choice of the outbox table")
struct OutboxTablesTests {
  /// Known answers, calculated elsewhere: hash and index among four tables. Every writer has to agree on them.
  @Test(
    arguments: [
      ("", 2_166_103_257, 1), ("a", 3_826_044_192, 0), ("user-1", 4_115_893_287, 3), ("user-2", 4_166_223_486, 2),
      ("user-3", 4_149_447_625, 1), ("주문-7", 3_751_236_214, 2), ("018f-🙂", 3_613_096_206, 2),
    ] as [(String, UInt32, Int)])
  func `the hash of an aggregate id is FNV-1a, folded`(key: String, hash: UInt32, index: Int) {
    #expect(OutboxTables.hash(key) == hash)
    #expect(OutboxTables(count: 4).index(for: key) == index)
  }

  @Test func `the first table has no number`() {
    let names = (0..<4).map(OutboxTables.name)
    #expect(names == ["outbox.event", "outbox.event_2", "outbox.event_3", "outbox.event_4"])
    #expect(OutboxTables(count: 1).name(for: "user-2") == "outbox.event")
  }

  @Test func `keys spread evenly over the tables`() {
    let counts = (0..<8_000).reduce(into: [0, 0, 0, 0]) { $0[OutboxTables(count: 4).index(for: "user-\($1)")] += 1 }
    #expect(counts.allSatisfy { (1_700...2_300).contains($0) }, "\(counts)")
  }

  @Test func `a batch is one INSERT for each table, with its events in order`() throws {
    let keys = (0..<100).map { "user-\($0)" }
    let events = try keys.map {
      try OutboxEvent(aggregateType: "user", aggregateID: $0, type: "made", payload: ["n": 1])
    }
    let statements = OutboxWriter(tables: 4).statements(for: events)
    #expect(statements.count == 4)
    for (index, statement) in statements.enumerated() {
      #expect(statement.sql.hasPrefix("INSERT INTO \(OutboxTables.name(index)) ("))
      let mine = keys.filter { OutboxTables(count: 4).index(for: $0) == index }
      #expect(statement.parameters[2] == "{" + mine.map { "\"\($0)\"" }.joined(separator: ",") + "}")
    }
  }
}
