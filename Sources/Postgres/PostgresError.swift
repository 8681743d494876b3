public import Runtime

/// What PostgreSQL, or the way to it, answered.
///
/// `description` holds the server's primary message. It never holds the detail or what a data error quotes, since both
/// may be a row's, nor a password.
public struct PostgresError: DispositionError {
  public enum Code: Sendable {
    /// The connection string, a name or a file that it names cannot be used.
    case configuration
    /// No connection, or it was lost.
    case connection
    /// The server refused a statement.
    case server
    /// A parameter that cannot be sent: a zero byte in a text, over a gigabyte, more than 65,535 of them.
    case invalidArgument
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

  /// Connections and a busy slot may come right by themselves, and a password or a database may be mended meanwhile;
  /// a slot that is missing or lost, a wrong statement and a missing right need a person.
  public var disposition: Disposition {
    switch code {
    case .configuration: return .stop(description)
    case .invalidArgument: return .reject(description)
    case .connection, .server, .unexpectedAnswer: return byState
    }
  }

  private var byState: Disposition {
    switch sqlState {
    case .invalidAuthorization, .invalidCatalogName, .internalError: .retry(after: .seconds(10))
    case nil, .connectionException, .transactionRollback, .readOnlyTransaction, .insufficientResources, .objectInUse,
      .lockNotAvailable, .operatorIntervention, .systemError:
      .retry(after: nil)
    case .dataException, .integrityConstraintViolation, .programLimitExceeded, .raised: .reject(description)
    default: .stop(description)
    }
  }
}

extension PostgresError {
  /// A server's refusal with what may be logged of its message: a data error quotes the value that it refuses, in
  /// quotation marks that depend on the server's language.
  init(serverMessage: String, sqlState: SQLState) {
    let shown = SQLState.dataException ~= sqlState ? Self.withoutQuotation(serverMessage) : serverMessage
    self.init(.server, shown, sqlState: sqlState)
  }

  private static func withoutQuotation(_ message: String) -> String {
    let marks: Set<Character> = ["\"", "'", "“", "„", "‘", "«", "»", "「"]
    guard let first = message.firstIndex(where: marks.contains) else { return message }
    return message[..<first] + "…"
  }

  static let noMemory = PostgresError(.connection, "libpq has no memory for a connection")
}
