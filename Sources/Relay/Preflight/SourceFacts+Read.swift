import PGOutput
public import Postgres

extension SourceFacts {
  /// Asks the server; it needs no right beyond CONNECT.
  public static func read(_ source: SourceSettings, _ connection: PostgresConnection) throws -> SourceFacts {
    let settings = try connection.execute(
      """
      SELECT current_setting('wal_level'), setting, pg_is_in_recovery(),
        CASE WHEN NOT pg_is_in_recovery() THEN left(pg_walfile_name(pg_current_wal_lsn()), 8) END
      FROM pg_settings WHERE name = 'wal_sender_timeout'
      """)
    var facts = SourceFacts(
      serverVersion: connection.serverVersion, walLevel: settings[0, 0] ?? "",
      senderTimeoutMilliseconds: settings[0, 1].flatMap { Int($0) } ?? 60_000,
      publication: try publication(source.publication, connection), slot: try slot(source.slot, connection))
    facts.isInRecovery = settings[0, 2] == "t"
    facts.timeline = settings[0, 3].flatMap { Int($0, radix: 16) }
    return facts
  }

  private static func publication(_ name: String, _ connection: PostgresConnection) throws -> Publication? {
    let flags = try connection.execute(
      "SELECT pubinsert, pubupdate OR pubdelete OR pubtruncate FROM pg_publication WHERE pubname = $1", [.text(name)])
    guard flags.rowCount == 1 else { return nil }
    let tables = try connection.execute(
      """
      SELECT p.schemaname || '.' || p.tablename, string_agg(a.attname, chr(10) ORDER BY a.attnum), c.relispartition
      FROM pg_publication_tables p
      JOIN pg_namespace n ON n.nspname = p.schemaname
      JOIN pg_class c ON c.relname = p.tablename AND c.relnamespace = n.oid
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE p.pubname = $1 GROUP BY 1, 3 ORDER BY 1
      """, [.text(name)])
    return Publication(
      publishesInserts: flags[0, 0] == "t", publishesMore: flags[0, 1] == "t",
      tables: (0..<tables.rowCount).map { row in
        Table(
          name: tables[row, 0] ?? "", columns: (tables[row, 1] ?? "").split(separator: "\n").map(String.init),
          isPartition: tables[row, 2] == "t")
      })
  }

  private static func slot(_ name: String, _ connection: PostgresConnection) throws -> Slot? {
    // A server in recovery has no position of its own to write at.
    let slot = try connection.execute(
      """
      SELECT plugin, wal_status, confirmed_flush_lsn, database = current_database(), active,
        pg_wal_lsn_diff(here, confirmed_flush_lsn), pg_wal_lsn_diff(here, restart_lsn)
      FROM pg_replication_slots, (
        SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS here
      ) AS log
      WHERE slot_name = $1
      """, [.text(name)])
    guard slot.rowCount == 1 else { return nil }
    return Slot(
      plugin: slot[0, 0] ?? "", walStatus: slot[0, 1] ?? "lost", confirmed: slot[0, 2].flatMap { LSN($0) } ?? .zero,
      isOfThisDatabase: slot[0, 3] == "t", isActive: slot[0, 4] == "t",
      lagBytes: slot[0, 5].flatMap { Int($0) } ?? 0, retainedBytes: slot[0, 6].flatMap { Int($0) } ?? 0)
  }
}
