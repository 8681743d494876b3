import HTTPTransfer
import Worker

/// What is the same of all providers over HTTP.
enum TransferFailure {
  /// Of a call without an answer.
  static func meaning(of error: HTTPTransferError) -> SendFailure {
    if error.mayHaveArrived { return SendFailure(.unknown, code: code(error.code)) }
    if error.code == .invalidRequest { return SendFailure(.permanent, code: code(error.code)) }
    return SendFailure(.providerBusy, code: code(error.code))
  }

  private static func code(_ code: HTTPTransferError.Code) -> String {
    switch code {
    case .invalidRequest: "INVALID_REQUEST"
    case .queueFull: "QUEUE_FULL"
    case .stopped: "STOPPED"
    case .cannotConnect: "CANNOT_CONNECT"
    case .unknownHost: "UNKNOWN_HOST"
    case .tls: "TLS"
    case .forbiddenAddress: "FORBIDDEN_ADDRESS"
    case .timeout: "TIMEOUT"
    case .connectionLost: "CONNECTION_LOST"
    case .protocolFault: "NO_HTTP"
    case .configuration: "CONFIGURATION"
    }
  }

  /// At most a day.
  static func retryAfter(_ response: HTTPResponse) -> Duration? {
    response.retryAfter(most: .seconds(86_400))
  }
}
