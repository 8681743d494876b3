public import Runtime

/// Why a stand-in cannot start. Says what to do.
public struct SimulatorError: DispositionError, Equatable {
  public enum Code: Sendable {
    /// The port is taken, or may not be taken.
    case cannotListen
    /// A key, a certificate or its file cannot be made.
    case certificate
    /// Settings that contradict each other or that cannot be read.
    case settings
  }

  public let code: Code
  public let message: String

  init(_ code: Code, _ message: String) { (self.code, self.message) = (code, message) }

  public var description: String { message }
  public var disposition: Disposition { .stop(message) }
}
