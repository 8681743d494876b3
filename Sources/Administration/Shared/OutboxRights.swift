import Postgres
import Relay

/// What a log-in may do with one table of an outbox.
struct OutboxRights: Equatable {
  /// Quoted.
  var user: String
  /// Both quoted.
  var schema, table: String
  /// Whether it may tell which rows there are and when they were made.
  var maySeeRows: Bool
  /// Whether members of the group `outbox_auditor` may.
  var auditorsMaySeeRows: Bool
  /// As the configuration maps them; quoted.
  var columns: [String]

  static let auditors = "outbox_auditor"

  var name: String { "\(schema).\(table)" }

  /// What to type, so that the user may tell which rows there are.
  var grantToSeeRows: String {
    let membership = "type GRANT \(Self.auditors) TO \(user)"
    if auditorsMaySeeRows { return membership }
    if schema == "outbox" { return "apply migrations/outbox (bongsu migrate outbox, as the owner), then \(membership)" }
    return "type \(SQLGrant.select(columns, on: name, of: schema, to: user))"
  }

  /// What to type, so that the user may read all of the rows.
  var grantToRead: String { "type \(SQLGrant.select(on: name, of: schema, to: user))" }
}

extension OutboxRights {
  /// Of each table of the source's publication. Catalogues tell it, which everybody may read.
  static func read(_ source: SourceSettings, _ connection: PostgresConnection) throws(PostgresError) -> [Self] {
    let columns = [source.columns.id, source.columns.createdAt]
    let rows = try connection.execute(
      """
      SELECT quote_ident(current_user), quote_ident(n.nspname), quote_ident(c.relname),
        \(may("current_user")), EXISTS (SELECT FROM pg_roles r WHERE r.rolname = '\(auditors)' AND \(may("r.oid")))
      FROM pg_publication_tables p JOIN pg_namespace n ON n.nspname = p.schemaname
      JOIN pg_class c ON c.relname = p.tablename AND c.relnamespace = n.oid
      WHERE p.pubname = $1 ORDER BY n.nspname, c.relname
      """, [.text(source.publication), .text(columns[0]), .text(columns[1])])
    return (0..<rows.rowCount).map { row in
      Self(
        user: rows[row, 0] ?? "", schema: rows[row, 1] ?? "", table: rows[row, 2] ?? "",
        maySeeRows: rows[row, 3] == "t", auditorsMaySeeRows: rows[row, 4] == "t",
        columns: columns.map(SQLIdentifier.quoted))
    }
  }

  /// A right on the whole table is one on each column.
  private static func may(_ role: String) -> String {
    """
    (has_schema_privilege(\(role), n.oid, 'USAGE') AND NOT EXISTS (
      SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ($2, $3)
        AND NOT has_column_privilege(\(role), c.oid, a.attnum, 'SELECT')))
    """
  }
}
