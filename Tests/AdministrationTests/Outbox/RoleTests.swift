import Foundation
import Postgres
import TestSupport
import Testing

/// Users of the four groups, as a DBA makes them: what each can do, and nothing else.
@Suite("The outbox's roles", .requires(.postgres))
struct RoleTests {
  private let database: TestDatabase

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    try database.migrate(tables: 2)
  }

  private func isRefused(_ connection: PostgresConnection, _ sql: String) -> Bool {
    do {
      try connection.run(script: sql)
      return false
    } catch { return error.sqlState == .insufficientPrivilege }
  }

  private static let row =
    "(id, aggregatetype, aggregateid, type, payload) VALUES (gen_random_uuid(), 'a', 'k', 't', '{}')"

  @Test func `a writer inserts by the function or into a table, and can do nothing else`() throws {
    let writer = try PostgresConnection(database.user(in: "outbox_writer"))
    #expect(try writer.execute("SELECT outbox.enqueue('a', 'user-1', 't', '{}')").scalar != nil)
    try writer.run(script: "INSERT INTO outbox.event \(Self.row); INSERT INTO outbox.event_2 \(Self.row)")
    #expect(try writer.execute("SELECT outbox.table_of('k')").scalar?.hasPrefix("event") == true)
    for sql in [
      "SELECT * FROM outbox.event", "DELETE FROM outbox.event", "UPDATE outbox.event SET type = 'x'",
      "TRUNCATE outbox.event", "INSERT INTO outbox.event_default \(Self.row)", "SELECT * FROM outbox.maintain()",
      "SELECT outbox.register_slot('s')", "SELECT outbox.forget_slot('s')", "SELECT outbox.add_tables(3)",
      "INSERT INTO outbox.event_table VALUES (9, 'x', 'x')", "SELECT * FROM outbox.slot",
      "INSERT INTO outbox.event (id, aggregatetype, aggregateid, type, payload, created_at) "
        + "VALUES (gen_random_uuid(), 'a', 'k', 't', '{}', '2001-01-01')",
    ] {
      #expect(isRefused(writer, sql), "\(sql)")
    }
  }

  @Test func `a relay's user streams, registers its slot and beats, and reads no table`() throws {
    let settings = try database.user(in: "outbox_relay", "REPLICATION")
    let relay = try PostgresConnection(settings)
    let slot = uniqueName("s", separator: "_")
    let replication = try ReplicationConnection(settings)
    _ = try replication.createSlot(slot, isTemporary: false, snapshot: .nothing)
    try relay.execute("SELECT outbox.register_slot($1, 'bongsu')", [.text(slot)])
    #expect(try database.scalar("SELECT name FROM outbox.slot") == slot)
    try relay.run(script: "SELECT pg_logical_emit_message(false, 'bongsu', '')")
    for sql in [
      "SELECT * FROM outbox.event", "INSERT INTO outbox.event \(Self.row)",
      "SELECT outbox.enqueue('a', 'k', 't', '{}')",
      "SELECT * FROM outbox.maintain()", "SELECT outbox.forget_slot('s')", "SELECT * FROM outbox.slot",
    ] {
      #expect(isRefused(relay, sql), "\(sql)")
    }
    try replication.dropSlot(slot)
  }

  @Test func `a maintainer maintains and cannot read or write an event`() throws {
    let maintainer = try PostgresConnection(database.user(in: "outbox_maintainer"))
    #expect(try maintainer.execute("SELECT * FROM outbox.maintain()").rowCount == 0)
    for sql in [
      "SELECT * FROM outbox.event", "INSERT INTO outbox.event \(Self.row)", "DROP TABLE outbox.event_default",
      "SELECT outbox.make_day('event', '2001-01-01')", "SELECT outbox.add_tables(3)",
    ] {
      #expect(isRefused(maintainer, sql), "\(sql)")
    }
  }

  @Test func `an auditor sees which rows there are, also on later days and in later tables, and nothing else`() throws {
    try database.run("SELECT outbox.add_tables(3); DROP TABLE outbox.event_\(Self.tomorrow)")
    try database.run("INSERT INTO outbox.event_3 \(Self.row)")
    #expect(
      try database.scalar("SELECT object FROM outbox.maintain() WHERE action = 'created'") == "event_\(Self.tomorrow)")
    try database.run(
      "INSERT INTO outbox.event (id, aggregatetype, aggregateid, type, payload, created_at) "
        + "VALUES (gen_random_uuid(), 'a', 'k', 't', '{}', now() + interval '1 day')")
    let auditor = try PostgresConnection(database.user(in: "outbox_auditor"))
    for table in ["event", "event_3"] {
      let row = try auditor.execute("SELECT id FROM outbox.\(table) WHERE created_at > now() - interval '1 day'")
      #expect(row.rowCount == 1, "\(table)")
    }
    for column in ["payload", "headers", "aggregateid", "aggregatetype", "type", "ctid"] {
      #expect(isRefused(auditor, "SELECT \(column) FROM outbox.event"), "\(column)")
      #expect(isRefused(auditor, "SELECT id FROM outbox.event_2 WHERE \(column) IS NOT NULL"), "\(column)")
    }
    for sql in [
      "SELECT * FROM outbox.event", "SELECT id FROM outbox.event_\(Self.tomorrow)",
      "SELECT id FROM outbox.event_default",
      "INSERT INTO outbox.event \(Self.row)", "DELETE FROM outbox.event", "SELECT * FROM outbox.maintain()",
      "SELECT outbox.enqueue('a', 'k', 't', '{}')", "SELECT outbox.register_slot('s')", "SELECT * FROM outbox.slot",
      "SELECT outbox.add_tables(4)", "CREATE TABLE outbox.mine (a int)",
    ] {
      #expect(isRefused(auditor, sql), "\(sql)")
    }
  }

  /// As a day's table ends.
  private static var tomorrow: String {
    let formatter = ISO8601DateFormatter()
    formatter.formatOptions = [.withYear, .withMonth, .withDay]
    return formatter.string(from: Date(timeIntervalSinceNow: 86_400))
  }

  @Test func `nobody outside the groups can do anything`() throws {
    let name = uniqueName("u", separator: "_")
    try database.run("CREATE ROLE \(name) LOGIN PASSWORD 'secret-of-a-test'")
    let stranger = try PostgresConnection(
      database.settings.setting("user", name).setting("password", "secret-of-a-test"))
    for sql in ["SELECT outbox.enqueue('a', 'k', 't', '{}')", "INSERT INTO outbox.event \(Self.row)"] {
      #expect(isRefused(stranger, sql), "\(sql)")
    }
  }

  @Test func `a temporary table of the caller's does not deceive maintenance`() throws {
    let maintainer = try PostgresConnection(database.user(in: "outbox_maintainer"))
    try maintainer.run(
      script: "CREATE TEMP TABLE pg_replication_slots (slot_name name, database name, plugin name, "
        + "wal_status text, confirmed_flush_lsn pg_lsn); CREATE TEMP TABLE pg_locks (x int)")
    #expect(throws: Never.self) { try maintainer.execute("SELECT * FROM outbox.maintain()") }
  }
}
