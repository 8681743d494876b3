public import Runtime

/// Why a source cannot go on. The message names objects and says what to do; it never holds data of a row.
public struct RelayError: DispositionError {
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    public let description: String
    public static let preflight = Code(description: "preflight")
    public static let slotMissing = Code(description: "slot missing")
    public static let slotLost = Code(description: "slot lost")
    /// A repair was asked for, and nothing is broken.
    public static let slotHealthy = Code(description: "slot healthy")
    public static let stream = Code(description: "stream")
    public static let produce = Code(description: "produce")
    public static let refused = Code(description: "refused")
    public static let identity = Code(description: "identity")
    public static let backfill = Code(description: "backfill")
  }

  public let code: Code
  public let message: String
  public let disposition: Disposition
  public var description: String { message }

  init(_ code: Code, _ message: String, _ disposition: Disposition) {
    self.code = code
    self.message = message
    self.disposition = disposition
  }

  static func stop(_ code: Code, _ message: String) -> RelayError { RelayError(code, message, .stop(message)) }

  static func retry(_ code: Code, _ message: String, after: Duration? = nil) -> RelayError {
    RelayError(code, message, .retry(after: after))
  }

  /// A wrapper's error keeps its own disposition.
  init(_ code: Code, _ doing: String, cause: any DispositionError) {
    self.init(code, "\(doing): \(cause.description)", cause.disposition)
  }
}
