import Foundation
import Postgres
import TestSupport
import Testing

@Suite("Deferred deliveries", .requires(.postgres))
struct DeferralTests {
  private let database: TestDatabase
  private let connection: PostgresConnection

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    try database.migrateNotification()
    connection = try database.connect()
  }

  private static let event = "0197e7a4-0000-7000-8000-00000000000"

  /// - Parameter due: targets with their distance from now.
  private func deferEvent(_ number: Int, _ due: [(target: String, at: String)]) throws {
    try connection.execute(
      """
      INSERT INTO notification.deferred_event
      VALUES ($1, 'user', 'user-1', 'n', '{"a": 1}', '{"traceparent": "t"}', '2026-01-01T00:00:00Z')
      """, [.text("\(Self.event)\(number)")])
    for item in due {
      try connection.execute(
        "INSERT INTO notification.deferred VALUES ($1, 'sms', $2, now() + $3::interval, 'night')",
        [.text("\(Self.event)\(number)"), .text(item.target), .text(item.at)])
    }
  }

  private func release(_ most: Int) throws -> String? {
    try connection.execute("SELECT notification.release_deferred($1)", [.text("\(most)")]).scalar
  }

  @Test func `what is due enters the outbox as its event, restricted to it, and what is not due stays`() throws {
    try deferEvent(1, [("10", "-2 minutes"), ("11", "-1 minute"), ("12", "1 hour")])
    #expect(try release(100) == "2")
    let rows = try connection.execute(
      "SELECT id, aggregateid, type, payload, headers->>'traceparent' FROM outbox.event")
    #expect(rows.rowCount == 1)
    #expect([rows[0, 0], rows[0, 1], rows[0, 2], rows[0, 4]] == ["\(Self.event)1", "user-1", "n", "t"])
    let payload = try JSONSerialization.jsonObject(with: Data((rows[0, 3] ?? "").utf8)) as? [String: Any]
    #expect(payload?["a"] as? Int == 1)
    let left = try connection.execute("SELECT target FROM notification.deferred").column
    #expect(left == ["12"])
    #expect(try release(100) == "0")
    try connection.run(script: "UPDATE notification.deferred SET due_at = now()")
    #expect(try release(100) == "1")
    #expect(try connection.execute("SELECT count(*) FROM notification.deferred_event").scalar == "0")
    #expect(try connection.execute("SELECT count(*) FROM outbox.event").scalar == "2")
  }

  @Test func `no more than asked for are released, those that wait longest first`() throws {
    for number in 1...4 { try deferEvent(number, [("1", "-\(number) minutes"), ("2", "-\(number) minutes")]) }
    #expect(try release(3) == "3")
    let ids = try connection.execute("SELECT id FROM outbox.event ORDER BY id").column
    #expect(ids == ["\(Self.event)3", "\(Self.event)4"])
    #expect(try release(100) == "5")
  }

  @Test func `a release that is rolled back keeps everything, and only one releases at a time`() throws {
    try deferEvent(1, [("1", "-1 minute")])
    try connection.run(script: "BEGIN")
    #expect(try release(10) == "1")
    #expect(try database.scalar("SELECT notification.release_deferred(10)") == "0")
    try connection.run(script: "ROLLBACK")
    #expect(try release(10) == "1")
    #expect(try connection.execute("SELECT count(*) FROM outbox.event").scalar == "1")
  }

  @Test func `with several outbox tables a release goes where the event's key belongs`() throws {
    try database.migrate(tables: 4)
    try deferEvent(1, [("1", "-1 minute")])
    #expect(try release(10) == "1")
    let table = try #require(try connection.execute("SELECT outbox.table_of('user-1')").scalar)
    #expect(try connection.execute("SELECT count(*) FROM outbox.\(table)").scalar == "1")
  }

  @Test func `days of the log are made ahead and dropped when they are old enough`() throws {
    let days = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'notification.delivery'::regclass"
    #expect(try connection.execute(days).scalar == "17")
    #expect(try connection.execute("SELECT count(*) FROM notification.maintain()").scalar == "0")
    try connection.run(
      script: """
        CREATE TABLE notification.delivery_20010101 PARTITION OF notification.delivery
        FOR VALUES FROM ('2001-01-01') TO ('2001-01-02')
        """)
    let done = try connection.execute("SELECT action || ' ' || object FROM notification.maintain()")
    #expect(done.column == ["archived delivery_20010101", "dropped delivery_20010101"])
    #expect(throws: PostgresError.self) { try connection.execute("SELECT notification.maintain('1 day')") }
  }
}
