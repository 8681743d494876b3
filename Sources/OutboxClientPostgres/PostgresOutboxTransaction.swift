public import OutboxClient
public import Postgres

/// An open transaction of a `PostgresConnection`; only `withTransaction` makes one.
public final class PostgresOutboxTransaction: BlockingOutboxTransaction {
  private let connection: PostgresConnection
  /// Kept beyond its closure, it would write into whatever transaction the connection has next.
  private var hasEnded = false

  fileprivate init(_ connection: PostgresConnection) { self.connection = connection }

  /// Runs one of the service's own statements, with `$1 …` for its parameters.
  @discardableResult
  public func execute(_ sql: String, _ parameters: [SQLValue] = []) throws -> QueryResult {
    try checkOpen()
    return try connection.execute(sql, parameters)
  }

  /// For `OutboxWriter`.
  public func run(_ statement: OutboxStatement) throws {
    try execute(statement.sql, statement.parameters.map { text in text.map(SQLValue.text) ?? .null })
  }

  /// libpq knows from the server's last answer whether a transaction is open, so this costs nothing.
  private func checkOpen() throws(OutboxError) {
    guard !hasEnded, connection.transactionStatus != .idle else {
      throw OutboxError(
        .outsideTransaction,
        "no transaction is open: what is written here would not be rolled back with it; use the transaction only inside "
          + "withTransaction, and leave BEGIN, COMMIT and ROLLBACK to it")
    }
  }

  fileprivate func end() { hasEnded = true }
}

extension PostgresConnection {
  /// Runs `body` between BEGIN and COMMIT; whatever it throws rolls back and is thrown on. Events that it enqueues are
  /// sent if this returns, and only then.
  ///
  /// A lost connection may throw after the server has committed. To be safe to run again, give events an id of their own.
  /// - Throws: `OutboxError` when a transaction is open already, as they do not nest; what `body` throws; `PostgresError`.
  public func withTransaction<T>(_ body: (PostgresOutboxTransaction) throws -> T) throws -> T {
    if transactionStatus == .inTransaction || transactionStatus == .failed {
      throw OutboxError(
        .nestedTransaction, "a transaction is open already: pass it on instead of opening another inside it")
    }
    return try transaction { connection in
      let transaction = PostgresOutboxTransaction(connection)
      defer { transaction.end() }
      return try body(transaction)
    }
  }
}
