public import Runtime

/// What keeps a recorder from its work.
public struct RecorderError: DispositionError {
  public enum Code: Sendable {
    /// Kafka's side: topics, rights, a connection.
    case kafka
    /// PostgreSQL's side.
    case database
    /// Settings that cannot be used.
    case configuration
  }

  public let code: Code
  public let description: String
  public let disposition: Disposition

  init(_ code: Code, _ what: String, cause: some DispositionError) {
    self.code = code
    description = "\(what): \(cause)"
    disposition = cause.disposition
  }

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
    disposition = .retry(after: nil)
  }
}
