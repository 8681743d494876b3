import Postgres
import TestSupport
import Testing

@Suite("notification.maintain_log", .requires(.postgres))
struct MaintenanceTests {
  private let database: TestDatabase
  private let recorder: PostgresConnection

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    try database.migrateNotification()
    recorder = try PostgresConnection(database.user(in: "notification_recorder"))
  }

  private func maintain(_ today: String, hot: String = "90 days", archive: String = "365 days") throws -> [String] {
    let done = try recorder.execute(
      "SELECT action || ' ' || object FROM notification.maintain_log($1, $2, $3) WHERE action <> 'created'",
      [.text(hot), .text(archive), .text(today)])
    return done.column
  }

  private func put(_ day: String) throws {
    try database.run(
      """
      INSERT INTO notification.delivery (event_day, delivery_id, event_id, channel, target, state, event_time)
      VALUES ('\(day)', gen_random_uuid(), gen_random_uuid(), 'sms', '1', 'SUCCESS', '\(day)')
      """)
  }

  private func rows(_ table: String) throws -> String? {
    try recorder.execute("SELECT count(*) FROM notification.\(table)").scalar
  }

  @Test func `a day is hot, then in the archive as it is, then gone`() throws {
    _ = try maintain("2031-05-01")
    try put("2031-05-03")
    let file = try database.scalar("SELECT pg_relation_filenode('notification.delivery_20310503')")
    #expect(try !maintain("2031-08-01").contains("archived delivery_20310503"))
    let moved = try maintain("2031-08-02")
    #expect(moved.contains("archived delivery_20310503") && !moved.contains { $0.contains("20310504") })
    #expect(try rows("delivery") == "0" && rows("delivery_archive") == "1")
    #expect(try database.scalar("SELECT pg_relation_filenode('notification.delivery_20310503')") == file)
    #expect(try maintain("2031-08-02") == [])
    #expect(try !maintain("2032-05-02").contains("dropped delivery_20310503"))
    #expect(try maintain("2032-05-03").contains("dropped delivery_20310503"))
    #expect(try rows("delivery_archive") == "0")
  }

  @Test func `one at a time, and not with days that cannot be`() throws {
    let other = try database.connect()
    try other.run(script: "BEGIN; SELECT * FROM notification.maintain_log(today => '2031-05-01')")
    #expect(try maintain("2031-05-01") == ["skipped delivery"])
    try other.run(script: "ROLLBACK")
    #expect(throws: PostgresError.self) { try maintain("2031-05-01", hot: "7 days") }
    #expect(throws: PostgresError.self) { try maintain("2031-05-01", archive: "80 days") }
  }

  @Test func `the short form drops nothing that was not in the archive`() throws {
    let day = try #require(try database.scalar("SELECT (now() AT TIME ZONE 'UTC')::date - 100"))
    let name = "delivery_" + day.replacing("-", with: "")
    try database.run(
      """
      CREATE TABLE notification.\(name) PARTITION OF notification.delivery
      FOR VALUES FROM ('\(day)') TO (date '\(day)' + 1)
      """)
    try put(day)
    let short = "SELECT action || ' ' || object FROM notification.maintain('90 days') WHERE action <> 'created'"
    #expect(try recorder.execute(short).column == ["archived \(name)"])
    #expect(try rows("delivery") == "0" && rows("delivery_archive") == "1")
    #expect(throws: PostgresError.self) { try recorder.execute("SELECT notification.maintain('7 days')") }
  }

  @Test func `a day that was made before the archive was moves as well`() throws {
    try database.run(
      """
      CREATE TABLE notification.delivery_20010101 PARTITION OF notification.delivery
      FOR VALUES FROM ('2001-01-01') TO ('2001-01-02')
      """)
    try put("2001-01-01")
    #expect(try maintain("2001-06-01").contains("archived delivery_20010101"))
    #expect(try rows("delivery_archive") == "1")
  }
}
