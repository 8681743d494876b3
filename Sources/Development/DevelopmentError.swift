public import Runtime

/// What keeps a site on one machine from running, with what to do about it.
public struct DevelopmentError: DispositionError, Equatable {
  public enum Code: Sendable {
    /// The data directory, or a file in it.
    case directory
    /// Another one uses it.
    case inUse
    /// A role does not start.
    case role
    /// A stage does not come to its end in time.
    case timeout
    /// A stand-in does not answer as it should.
    case standIn
  }

  public let code: Code
  public let message: String

  public init(_ code: Code, _ message: String) { (self.code, self.message) = (code, message) }

  public var description: String { message }
  public var disposition: Disposition { .stop(message) }
}
