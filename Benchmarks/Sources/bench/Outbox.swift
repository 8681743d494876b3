import Foundation

/// The outbox of the private database, and the load that fills it.
struct Outbox {
  static let publication = "bongsu"
  let setting: Setting
  let database: Database

  init(setting: Setting) throws {
    self.setting = setting
    database = try Database(setting.conninfo)
    if try !isInstalled() { try migrate() }
    guard try isInstalled() else { throw BenchmarkError("the migrations made no table outbox.event") }
  }

  private func isInstalled() throws -> Bool { try database.isTrue("to_regclass('outbox.event') is not null") }

  private func migrate() throws {
    let files = try? FileManager.default.contentsOfDirectory(atPath: setting.migrations)
    for file in (files ?? []).filter({ $0.hasSuffix(".up.sql") }).sorted() {
      let path = "\(setting.migrations)/\(file)"
      try Child.run([psql, "-qX", "-v", "ON_ERROR_STOP=1", "-d", setting.conninfo, "-f", path])
    }
    if try !isInstalled() { try database.run(Self.plainTable) }
  }

  private var psql: String { setting.postgresPrograms + "/psql" }

  /// The columns without what surrounds them, for a checkout whose migrations do not exist yet.
  private static let plainTable = """
    create schema outbox;
    create table outbox.event (
      id uuid not null, aggregatetype text not null, aggregateid text not null, type text not null,
      payload jsonb not null, headers jsonb, created_at timestamptz not null default now(),
      primary key (created_at, id)) partition by range (created_at);
    create table outbox.event_default partition of outbox.event default;
    create publication bongsu for table outbox.event with (publish = 'insert', publish_via_partition_root = true)
    """

  /// A slot that begins here. Others are copied from it, so that every contender reads the same WAL.
  func makeSlot(_ name: String, copying original: String? = nil) throws {
    if let original {
      try database.run("select pg_copy_logical_replication_slot('\(original)', '\(name)')")
    } else {
      try database.run("select pg_create_logical_replication_slot('\(name)', 'pgoutput')")
    }
  }

  /// A reader that has ended may still hold it for a moment.
  func dropSlot(_ name: String) throws {
    var refusal: (any Error)?
    let isDropped = eventually(by: .now + .seconds(10)) {
      do {
        try database.run("select pg_drop_replication_slot('\(name)')")
        return true
      } catch {
        refusal = error
        return false
      }
    }
    if !isDropped, let refusal { throw refusal }
  }

  func position() throws -> String { try database.run("select pg_current_wal_insert_lsn()") ?? "0/0" }

  func hasConfirmed(_ slot: String, _ position: String) throws -> Bool {
    try database.isTrue(
      "confirmed_flush_lsn >= '\(position)' from pg_replication_slots where slot_name = '\(slot)'")
  }

  func isStreaming(_ slot: String) throws -> Bool {
    try database.isTrue("active from pg_replication_slots where slot_name = '\(slot)'")
  }

  /// Rows of about 430 bytes, a hundred a transaction.
  /// - Returns: the WAL position behind the last of them.
  func fill(rows: Int) throws -> String {
    let script = try setting.scratchFile(
      "fill.sql",
      """
      insert into outbox.event (id, aggregatetype, aggregateid, type, payload)
      select gen_random_uuid(), 'user', 'user-' || (random() * 100000)::int, 'order.shipped', \(Self.payload())
      from generate_series(1, 100);
      """)
    let command = pgbench(clients: 2, script: script) + ["-t", "\(rows / 200)"]
    try Child.run(["env", "PGOPTIONS=-c synchronous_commit=off"] + command)
    let end = try position()
    try database.run("checkpoint")
    return end
  }

  func pgbench(clients: Int, script: String) -> [String] {
    [
      setting.postgresPrograms + "/pgbench", "-n", "-M", "prepared", "-c", "\(clients)", "-j", "1", "-f", script,
      setting.conninfo,
    ]
  }

  /// - Parameter more: further members, as arguments of jsonb_build_object with a leading comma.
  static func payload(_ more: String = "") -> String {
    """
    jsonb_build_object('template', 'order-shipped', 'recipients', '[{"userId": "0198c0de-0000-7000-8000-000000000001"}]'::jsonb,
      'channels', '["push", "email"]'::jsonb, 'data', jsonb_build_object('orderId', 'A-2026-000123456',
      'carrier', 'Hanjin', 'eta', '2026-11-24T18:00:00+09:00', 'note', repeat('0123456789', 9))\(more))
    """
  }
}
