import Postgres

/// A connection that comes back by itself, for statements that only read.
final class AudienceDatabase {
  private let settings: ConnectionSettings
  private var connection: PostgresConnection?

  init(_ settings: ConnectionSettings) { self.settings = settings }

  func close() { connection = nil }

  /// One round trip. A connection that was lost while nobody looked is made anew once.
  func read(_ statements: [(sql: String, parameters: [SQLValue])]) throws(PostgresError) -> [QueryResult] {
    guard let known = connection else { return try read(statements, on: connect()) }
    do throws(PostgresError) {
      return try read(statements, on: known)
    } catch {
      guard connection == nil else { throw error }
      return try read(statements, on: connect())
    }
  }

  private func read(
    _ statements: [(sql: String, parameters: [SQLValue])], on known: PostgresConnection
  ) throws(PostgresError) -> [QueryResult] {
    do throws(PostgresError) {
      return try known.pipeline(statements)
    } catch {
      if !known.isUsable { connection = nil }
      throw error
    }
  }

  private func connect() throws(PostgresError) -> PostgresConnection {
    let made = try PostgresConnection(settings)
    connection = made
    return made
  }
}
