import Postgres

/// One statement of a batch.
typealias AudienceQuestion = (query: AudienceQuery, parameters: [SQLValue])

/// A connection that comes back by itself, for what may be done twice.
final class AudienceDatabase {
  private let settings: ConnectionSettings
  private let queries: [AudienceQuery]
  private var connection: PostgresConnection?

  /// - Parameter queries: what the server is to parse once a connection, which for small batches would be most of its
  ///   work.
  init(_ settings: ConnectionSettings, preparing queries: [AudienceQuery] = []) {
    self.settings = settings
    self.queries = queries
  }

  /// One round trip.
  func read(_ questions: [AudienceQuestion]) throws(PostgresError) -> [QueryResult] {
    try run { connection throws(PostgresError) in
      try connection.pipeline(prepared: questions.map { ($0.query.rawValue, $0.parameters) })
    }
  }

  /// Runs `body`, and once more on a new connection where the old one was lost, perhaps long ago.
  func run<T>(_ body: (PostgresConnection) throws(PostgresError) -> T) throws(PostgresError) -> T {
    guard let known = connection else { return try run(body, on: connect()) }
    do throws(PostgresError) {
      return try run(body, on: known)
    } catch {
      guard connection == nil else { throw error }
      return try run(body, on: connect())
    }
  }

  private func run<T>(
    _ body: (PostgresConnection) throws(PostgresError) -> T, on known: PostgresConnection
  ) throws(PostgresError) -> T {
    do throws(PostgresError) {
      return try body(known)
    } catch {
      if !known.isUsable || Self.isOutdated(error) { connection = nil }
      throw error
    }
  }

  /// What was prepared is gone, by DISCARD ALL, or gives other types since a column was changed.
  private static func isOutdated(_ error: PostgresError) -> Bool {
    error.sqlState == .invalidStatementName || error.sqlState == .featureNotSupported
  }

  private func connect() throws(PostgresError) -> PostgresConnection {
    let made = try PostgresConnection(settings)
    for query in queries { try made.prepare(query.rawValue, query.sql) }
    connection = made
    return made
  }
}
