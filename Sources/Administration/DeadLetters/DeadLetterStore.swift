public import Postgres

/// What was given up, as `notification.dead_letter` has it.
public struct DeadLetterStore {
  let connection: PostgresConnection

  public init(_ connection: PostgresConnection) { self.connection = connection }

  /// The oldest first.
  public func list(_ filter: DeadLetterFilter, limit: Int) throws -> ShownRows {
    try query(DeadLetterColumns.brief, filter, limit).rows(connection)
  }

  /// The same as a JSON array of objects, with all columns.
  public func listJSON(_ filter: DeadLetterFilter, limit: Int) throws -> String {
    try query(DeadLetterColumns.listed, filter, limit).json(connection)
  }

  private func query(_ columns: String, _ filter: DeadLetterFilter, _ limit: Int) throws -> ShownQuery {
    try filter.check()
    let conditions = filter.conditions
    return ShownQuery(
      sql: """
        SELECT \(columns) FROM notification.dead_letter d\(conditions.clause)
        ORDER BY d.parked_at, d.dead_letter_id LIMIT \(limit)
        """, parameters: conditions.parameters)
  }

  /// How many there are of each, the most frequent first.
  public func summary(_ filter: DeadLetterFilter, by grouping: DeadLetterGrouping, limit: Int) throws -> ShownRows {
    try groups(filter, grouping, limit).rows(connection)
  }

  public func summaryJSON(_ filter: DeadLetterFilter, by grouping: DeadLetterGrouping, limit: Int) throws -> String {
    try groups(filter, grouping, limit).json(connection)
  }

  private func groups(_ filter: DeadLetterFilter, _ grouping: DeadLetterGrouping, _ limit: Int) throws -> ShownQuery {
    try filter.check()
    let conditions = filter.conditions
    return ShownQuery(
      sql: """
        SELECT \(grouping.expression) AS \(grouping.rawValue), count(*) AS dead_letters,
          \(SQLTime.text("min(d.parked_at)")) AS oldest, \(SQLTime.text("max(d.parked_at)")) AS newest
        FROM notification.dead_letter d\(conditions.clause)
        GROUP BY 1 ORDER BY \(grouping == .hour ? "1" : "2 DESC, 1") LIMIT \(limit)
        """, parameters: conditions.parameters)
  }

  public func count(_ filter: DeadLetterFilter) throws -> Int {
    try filter.check()
    let conditions = filter.conditions
    let counted = try connection.execute(
      "SELECT count(*) FROM notification.dead_letter d\(conditions.clause)", conditions.parameters)
    return counted.scalar.flatMap { Int($0) } ?? 0
  }

  /// How many pointers a filter does not find as they do not say what it asks for.
  public func passedOver(_ filter: DeadLetterFilter) throws -> Int {
    guard let conditions = filter.passedOver else { return 0 }
    try filter.check()
    let counted = try connection.execute(
      "SELECT count(*) FROM notification.dead_letter d\(conditions.clause)", conditions.parameters)
    return counted.scalar.flatMap { Int($0) } ?? 0
  }

  /// Takes away what they say; that they were there, and who replayed them before, stays. Those that are purged already
  /// are passed over.
  /// - Parameter by: who does it.
  /// - Returns: how many were purged.
  public func purge(_ filter: DeadLetterFilter, by who: String) throws -> Int {
    try filter.check()
    var conditions = filter.conditions
    conditions.add("d.state <> 'purged'")
    let by = conditions.place(.text(who))
    return try connection.execute(
      """
      UPDATE notification.dead_letter d SET state = 'purged', value = NULL, changed_at = now(), changed_by = \(by)
      \(conditions.clause)
      """, conditions.parameters
    ).affectedRows
  }
}
