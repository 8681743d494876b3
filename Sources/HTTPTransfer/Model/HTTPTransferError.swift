public import Runtime

/// Why there is no answer. It names no host, header or body.
public struct HTTPTransferError: DispositionError, Equatable {
  public enum Code: Sendable {
    /// The request cannot be sent by anybody: a line break in a header, another protocol.
    case invalidRequest
    /// More waits already than the settings allow.
    case queueFull
    case stopped
    case cannotConnect
    /// No name server has an address for the host's name.
    case unknownHost
    /// The server's certificate is not to be trusted, or there is no common TLS.
    case tls
    /// The address is none that the guard lets through.
    case forbiddenAddress
    case timeout
    case connectionLost
    /// What came is no HTTP, or too much of it.
    case protocolFault
    /// libcurl cannot do what the settings ask.
    case configuration
  }

  public let code: Code
  public let message: String
  /// False where the server has surely seen nothing of it. True: it may have done what was asked.
  public let mayHaveArrived: Bool

  init(_ code: Code, _ message: String, mayHaveArrived: Bool = false) {
    (self.code, self.message, self.mayHaveArrived) = (code, message, mayHaveArrived)
  }

  public var description: String { message }

  public var disposition: Disposition {
    switch code {
    case .invalidRequest, .forbiddenAddress: .reject(message)
    case .configuration: .stop(message)
    default: .retry(after: nil)
    }
  }
}
