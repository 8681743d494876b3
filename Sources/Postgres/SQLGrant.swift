/// What a person types, so that somebody may do what a statement needs. Names are given as they stand in one: quoted
/// where they need it.
public enum SQLGrant {
  /// To read a table, and nothing else of its schema.
  /// - Parameters:
  ///   - table: with its schema.
  ///   - columns: nil for all, also those that are added later.
  public static func select(
    _ columns: [String]? = nil, on table: String, of schema: String, to user: String
  ) -> String {
    let chosen = columns.map { " (\($0.joined(separator: ", ")))" } ?? ""
    return "GRANT USAGE ON SCHEMA \(schema) TO \(user); GRANT SELECT\(chosen) ON \(table) TO \(user)"
  }
}
