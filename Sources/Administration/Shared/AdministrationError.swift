public import Runtime

/// Why a command over the delivery log cannot go on; it says what to do.
public struct AdministrationError: DispositionError, Equatable {
  public enum Code: Sendable {
    /// What was given on the command line cannot be used.
    case invalidArgument
    /// The database lacks what the command reads.
    case schema
    /// Kafka did not acknowledge in time.
    case kafka
    /// A signal ended it.
    case interrupted
  }

  public let code: Code
  public let description: String

  public init(_ code: Code, _ description: String) { (self.code, self.description) = (code, description) }

  /// Of these only Kafka may come right by itself.
  public var disposition: Disposition { code == .kafka ? .retry(after: nil) : .stop(description) }
}
