import Postgres

/// A connection that comes back by itself, with the batch's statements prepared. It belongs to one thread.
final class LogDatabase {
  private let settings: ConnectionSettings
  private var connection: PostgresConnection?

  init(_ settings: ConnectionSettings) { self.settings = settings }

  /// Runs `body`, which may be run twice, and once more on a new connection where the old one was lost.
  func run<T>(_ body: (PostgresConnection) throws(PostgresError) -> T) throws(PostgresError) -> T {
    guard let known = connection, known.isUsable else { return try attempt(body, on: connect()) }
    do throws(PostgresError) {
      return try attempt(body, on: known)
    } catch {
      guard connection == nil else { throw error }
      return try attempt(body, on: connect())
    }
  }

  private func attempt<T>(
    _ body: (PostgresConnection) throws(PostgresError) -> T, on known: PostgresConnection
  ) throws(PostgresError) -> T {
    do throws(PostgresError) {
      return try body(known)
    } catch {
      // What was prepared is gone by DISCARD ALL, or its table has changed since.
      let isOutdated = error.sqlState == .invalidStatementName || error.sqlState == .featureNotSupported
      if !known.isUsable || isOutdated { connection = nil }
      throw error
    }
  }

  private func connect() throws(PostgresError) -> PostgresConnection {
    let made = try PostgresConnection(settings)
    // A lock that another holds shall not keep this member from its group.
    try made.run(script: "SET statement_timeout = '60s'; SET lock_timeout = '20s'")
    for statement in LogStatement.allCases { try made.prepare(statement.rawValue, statement.sql) }
    try made.prepare("dead_letter", LogStatement.deadLetterSQL)
    connection = made
    return made
  }
}
