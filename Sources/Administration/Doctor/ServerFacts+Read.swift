import Postgres
import Relay
import Runtime

extension ServerFacts {
  static func read(_ source: SourceSettings, _ connection: PostgresConnection) throws -> ServerFacts {
    let row = try connection.execute(
      """
      SELECT pg_is_in_recovery(), coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false),
        coalesce(NOT inet_client_addr() <<= '127.0.0.0/8' AND inet_client_addr() <> '::1', false),
        (SELECT count(*) FROM pg_replication_slots), current_setting('max_replication_slots'),
        (SELECT count(*) FROM pg_stat_replication), current_setting('max_wal_senders'),
        (SELECT setting::bigint * 1048576 FROM pg_settings WHERE name = 'max_slot_wal_keep_size')
      """)
    func number(_ column: Int) -> Int { row[0, column].flatMap { Int($0) } ?? 0 }
    return ServerFacts(
      isInRecovery: row[0, 0] == "t", isEncrypted: row[0, 1] == "t", isRemote: row[0, 2] == "t",
      slots: Use(used: number(3), limit: number(4)), walSenders: Use(used: number(5), limit: number(6)),
      keptLogLimitBytes: number(7) < 0 ? nil : number(7), clockDifferenceSeconds: try clockDifference(connection),
      outbox: try outbox(source, connection))
  }

  /// Between the middle of a round trip here and the server's answer to it.
  private static func clockDifference(_ connection: PostgresConnection) throws -> Double {
    let before = SystemTime.unixMicroseconds()
    let answer = try connection.execute("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint").scalar
    let after = SystemTime.unixMicroseconds()
    let theirs = answer.flatMap { Double($0) } ?? 0
    return (theirs - (Double(before) + Double(after)) / 2) / 1_000_000
  }

  private static func outbox(_ source: SourceSettings, _ connection: PostgresConnection) throws -> Outbox? {
    let rights = try connection.execute(
      """
      SELECT p.proname, has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname = 'outbox' AND p.proname IN ('register_slot', 'maintain')
      """)
    guard rights.rowCount > 0 else { return nil }
    func may(_ name: String) -> Bool {
      (0..<rights.rowCount).contains { rights[$0, 0] == name && rights[$0, 1] == "t" }
    }
    return Outbox(
      mayRegister: may("register_slot"), mayMaintain: may("maintain"), tables: try tables(source, connection),
      rights: try OutboxRights.read(source, connection))
  }

  private static func tables(_ source: SourceSettings, _ connection: PostgresConnection) throws -> [Table] {
    let rows = try connection.execute(
      """
      SELECT p.schemaname || '.' || p.tablename,
        has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'),
        (SELECT max(to_date(right(d.relname, 8), 'YYYYMMDD')) FROM pg_inherits i JOIN pg_class d ON d.oid = i.inhrelid
         WHERE i.inhparent = c.oid AND d.relname ~ '_[0-9]{8}$') - (now() AT TIME ZONE 'UTC')::date,
        (SELECT d.oid::regclass FROM pg_inherits i JOIN pg_class d ON d.oid = i.inhrelid
         WHERE i.inhparent = c.oid AND pg_get_expr(d.relpartbound, d.oid) = 'DEFAULT'),
        (SELECT sum(pg_relation_size(d.oid)) FROM pg_inherits i JOIN pg_class d ON d.oid = i.inhrelid
         WHERE i.inhparent = c.oid AND pg_get_expr(d.relpartbound, d.oid) = 'DEFAULT')
      FROM pg_publication_tables p JOIN pg_namespace n ON n.nspname = p.schemaname
      JOIN pg_class c ON c.relname = p.tablename AND c.relnamespace = n.oid
      WHERE p.pubname = $1 AND p.schemaname = 'outbox' AND c.relkind = 'p' ORDER BY 1
      """, [.text(source.publication)])
    return try (0..<rows.rowCount).map { row in
      let maySelect = rows[row, 1] == "t"
      return Table(
        name: rows[row, 0] ?? "", daysAhead: rows[row, 2].flatMap { Int($0) } ?? -1,
        hasStrays: try strays(rows[row, 3], size: rows[row, 4], maySelect, connection), maySelect: maySelect)
    }
  }

  private static func strays(
    _ table: String?, size: String?, _ maySelect: Bool, _ connection: PostgresConnection
  ) throws -> Bool? {
    guard let table, size != "0" else { return false }
    guard maySelect else { return nil }
    // The server gave the name, quoted.
    return try connection.execute("SELECT EXISTS (SELECT FROM \(table))").scalar == "t"
  }
}
