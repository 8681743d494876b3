import PGOutput
import Postgres

/// What must hold before a slot is read, and what to type where it does not.
enum Preflight {
  struct Facts: Equatable {
    var confirmed: LSN
    /// Seconds; 0 is none.
    var senderTimeout: Double
    var warnings: [String]
  }

  static func check(_ source: SourceSettings, _ connection: PostgresConnection) throws -> Facts {
    var warnings: [String] = []
    if connection.serverVersion < 150_014 {
      warnings.append("PostgreSQL \(connection.serverVersion) has defects that lose decoded rows; update to 15.14")
    }
    guard try connection.execute("SHOW wal_level").scalar == "logical" else {
      throw RelayError.stop(
        .preflight, "wal_level is not logical; type ALTER SYSTEM SET wal_level = logical and restart PostgreSQL")
    }
    try checkPublication(source, connection, &warnings)
    let confirmed = try checkSlot(source, connection)
    let milliseconds = try connection.execute(
      "SELECT setting FROM pg_settings WHERE name = 'wal_sender_timeout'"
    ).scalar
    return Facts(
      confirmed: confirmed, senderTimeout: (milliseconds.flatMap { Double($0) } ?? 60_000) / 1_000, warnings: warnings)
  }

  /// The publication exists, and each of its tables has the outbox's columns.
  static func checkPublication(
    _ source: SourceSettings, _ connection: PostgresConnection, _ warnings: inout [String]
  ) throws {
    let publication = try connection.execute(
      "SELECT pubinsert, pubupdate OR pubdelete OR pubtruncate FROM pg_publication WHERE pubname = $1",
      [.text(source.publication)])
    guard publication.rowCount == 1, publication[0, 0] == "t" else {
      throw RelayError.stop(
        .preflight,
        "publication \(source.publication) is missing or publishes no inserts; type CREATE PUBLICATION "
          + "\(source.publication) FOR TABLE outbox.event WITH (publish = 'insert', publish_via_partition_root = true)")
    }
    if publication[0, 1] == "t" { warnings.append("the publication publishes more than inserts; the rest is ignored") }
    let tables = try connection.execute(
      """
      SELECT p.schemaname || '.' || p.tablename, string_agg(a.attname, chr(10) ORDER BY a.attnum)
      FROM pg_publication_tables p
      JOIN pg_class c ON c.relname = p.tablename JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = p.schemaname
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE p.pubname = $1 GROUP BY 1 ORDER BY 1
      """, [.text(source.publication)])
    guard tables.rowCount > 0 else {
      throw RelayError.stop(
        .preflight,
        "publication \(source.publication) has no table; type ALTER PUBLICATION \(source.publication) "
          + "ADD TABLE outbox.event")
    }
    for row in 0..<tables.rowCount {
      try checkColumns(table: tables[row, 0] ?? "", (tables[row, 1] ?? "").split(separator: "\n"), source.columns)
    }
  }

  static func checkColumns(table: String, _ columns: [Substring], _ names: ColumnNames) throws(RelayError) {
    do {
      _ = try ColumnMap(columns: columns.map(String.init), names: names)
    } catch {
      throw .stop(
        .preflight,
        "table \(table) is no outbox: it has no column \(error.names.joined(separator: ", ")); "
          + "map other names with relay.columns, or take the table out of the publication")
    }
  }

  private static func checkSlot(_ source: SourceSettings, _ connection: PostgresConnection) throws -> LSN {
    let slot = try connection.execute(
      """
      SELECT plugin, wal_status, confirmed_flush_lsn, database = current_database()
      FROM pg_replication_slots WHERE slot_name = $1
      """, [.text(source.slot)])
    let repair = "type bongsu relay repair --slot \(source.slot)"
    guard slot.rowCount == 1 else {
      throw RelayError.stop(
        .slotMissing,
        "replication slot \(source.slot) does not exist; at the first set-up start with --create-slot, "
          + "otherwise \(repair)")
    }
    guard slot[0, 1] != "lost" else {
      throw RelayError.stop(
        .slotLost, "replication slot \(source.slot) is lost: its log was removed (max_slot_wal_keep_size); \(repair)")
    }
    guard slot[0, 0] == "pgoutput", slot[0, 3] == "t" else {
      throw RelayError.stop(
        .preflight, "replication slot \(source.slot) is of another plugin or database; name one of pgoutput here")
    }
    return slot[0, 2].flatMap { LSN($0) } ?? .zero
  }
}
