public import Runtime

/// Why a local server or process could not be started, reached or stopped. The message holds the program's own last
/// words, so it is meant for a developer's terminal.
public struct LocalServerError: DispositionError {
  public struct Code: Sendable, Hashable {
    enum Value { case notInstalled, didNotStart, timeout, system }
    let value: Value

    /// A program or directory that is needed is not on this machine; the message says what to install or set.
    public static let notInstalled = Code(value: .notInstalled)
    /// The process ended instead of serving.
    public static let didNotStart = Code(value: .didNotStart)
    /// What was waited for did not come in time.
    public static let timeout = Code(value: .timeout)
    /// The operating system refused a call.
    public static let system = Code(value: .system)
  }

  public let code: Code
  public let message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }

  public var disposition: Disposition { code == .timeout ? .retry(after: nil) : .stop(message) }
}
