public import Runtime

/// What PostgreSQL, or the way to it, answered. `description` holds the server's primary message and never its detail,
/// which may quote a row, nor a password.
public struct PostgresError: DispositionError {
  public enum Code: Sendable {
    /// The connection string cannot be read.
    case configuration
    /// No connection, or it was lost.
    case connection
    /// The server refused a statement.
    case server
    /// The server answered what the protocol does not allow.
    case unexpectedAnswer
  }

  public let code: Code
  public let message: String
  public let sqlState: SQLState?
  public var description: String { sqlState.map { "\(message) (SQLSTATE \($0))" } ?? message }

  init(_ code: Code, _ message: String, sqlState: SQLState? = nil) {
    self.code = code
    self.message = message
    self.sqlState = sqlState
  }

  /// Connections and a busy slot may come right by themselves, and a password may be mended meanwhile; a slot that is
  /// missing or lost, a statement that is wrong, and a missing right need a person.
  public var disposition: Disposition {
    if code == .configuration { return .stop(description) }
    switch sqlState {
    case .invalidAuthorization, .invalidCatalogName: return .retry(after: .seconds(10))
    case .connectionException, .transactionRollback, .insufficientResources, .objectInUse, .lockNotAvailable,
      .operatorIntervention, .systemError:
      return .retry(after: nil)
    case .dataException, .integrityConstraintViolation: return .reject(description)
    case nil: return .retry(after: nil)
    default: return .stop(description)
    }
  }
}
