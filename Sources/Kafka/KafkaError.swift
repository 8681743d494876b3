public import Runtime

/// What Kafka or librdkafka answered. It never holds a key, a value or a password.
public struct KafkaError: DispositionError {
  public let code: KafkaErrorCode
  public let message: String
  /// The client is of no use any more: make a new one.
  public let isFatal: Bool
  public var description: String { "\(message) (\(code))" }

  public init(_ code: KafkaErrorCode, _ message: String? = nil, isFatal: Bool = false) {
    self.code = code
    self.message = message ?? code.explanation
    self.isFatal = isFatal
  }

  public var disposition: Disposition {
    if code.isRefusal { return .reject(code.description) }
    if code == .invalidArgument { return .stop(message) }
    return .retry(after: code.isConfigurationFault || code == .authentication ? .seconds(10) : nil)
  }
}
