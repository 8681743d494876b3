public import Postgres

/// The outbox's tables: one, or several for a service that outgrows one.
public struct OutboxTables {
  /// How many there can be.
  public static let range = 1...64
  private let connection: PostgresConnection

  /// - Parameter connection: to a database whose migrations are applied, as the outbox's owner.
  public init(_ connection: PostgresConnection) { self.connection = connection }

  /// Adds tables until there are `total`, each with its publication and days. Where there are so many it does nothing.
  /// - Returns: the names of those that were added, within the schema outbox.
  /// - Throws: `MigrationError` when there are more already, since rows may wait in each of them.
  public func grow(to total: Int) throws -> [String] {
    let known = try count()
    guard total >= known else {
      throw MigrationError(
        "there are \(known) outbox tables, and rows may wait in each: their number can grow but not shrink to \(total)")
    }
    return try connection.execute("SELECT outbox.add_tables($1)", [.text("\(total)")]).column
  }

  private func count() throws -> Int {
    try connection.execute("SELECT count(*) FROM outbox.event_table").scalar.flatMap { Int($0) } ?? 0
  }
}
