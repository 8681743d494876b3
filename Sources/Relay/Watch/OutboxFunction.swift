import Postgres

/// Whether a function of the outbox is there and may be called. By the catalogue, since a look-up by name is refused to
/// those without a right to the schema.
enum OutboxFunction {
  /// An outbox of another make has none of them.
  case absent
  case refused
  case granted

  static func look(_ name: String, _ connection: PostgresConnection) throws -> OutboxFunction {
    let answer = try connection.execute(
      """
      SELECT has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname = 'outbox' AND p.proname = $1
      """, [.text(name)])
    guard answer.rowCount > 0 else { return .absent }
    return answer[0, 0] == "t" ? .granted : .refused
  }
}
