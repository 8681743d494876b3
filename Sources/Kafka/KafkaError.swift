import CRDKafka
public import Runtime

/// What Kafka, the way to it or librdkafka answered. `description` never holds a key, a value, a header or a secret; it
/// may name a broker.
public struct KafkaError: DispositionError, Equatable {
  public let code: KafkaErrorCode
  /// A sentence, without the code.
  public let message: String
  /// The client can do nothing any more: close it and make another one.
  public let isFatal: Bool
  /// The very same call may be made again at once (transactions and administration only).
  public let isRetriable: Bool

  public init(_ code: KafkaErrorCode, _ message: String? = nil, isFatal: Bool = false, isRetriable: Bool = false) {
    self.code = code
    self.message = message ?? code.explanation
    self.isFatal = isFatal
    self.isRetriable = isRetriable
  }

  public var description: String { "\(message) (\(code))" }

  /// Records refused for their own sake are rejected, settings that cannot work stop, the rest may come right: a broker
  /// or its network comes back, and a right or a topic may be given meanwhile, which is worth asking for only slowly.
  public var disposition: Disposition {
    switch code {
    case .msgSizeTooLarge, .recordListTooLarge, .invalidMsgSize, .invalidMsg, .invalidRecord, .policyViolation:
      return .reject(description)
    case .invalidArg, .unsupportedFeature, .invalidConfig, .invalidPartitions, .invalidReplicationFactor,
      .invalidReplicaAssignment, .invalidRequest, .invalidRequiredAcks, .topicException:
      return .stop(description)
    case .unknownTopic, .unknownTopicOrPart, .unknownPartition, .topicAuthorizationFailed, .groupAuthorizationFailed,
      .clusterAuthorizationFailed, .transactionalIDAuthorizationFailed, .authentication, .saslAuthenticationFailed,
      .unsupportedSASLMechanism, .unsupportedVersion, .ssl:
      return .retry(after: .seconds(10))
    default:
      return .retry(after: nil)
    }
  }
}

extension KafkaError {
  init(_ code: rd_kafka_resp_err_t, _ message: String? = nil) { self.init(KafkaErrorCode(code), message) }

  /// Takes over an error object.
  init(taking error: OpaquePointer) {
    self.init(
      KafkaErrorCode(unsafe rd_kafka_error_code(error)), unsafe String(cString: rd_kafka_error_string(error)),
      isFatal: unsafe rd_kafka_error_is_fatal(error) != 0, isRetriable: unsafe rd_kafka_error_is_retriable(error) != 0)
    unsafe rd_kafka_error_destroy(error)
  }

  /// The fatal error of a client, under the code that caused it.
  static func fatal(of client: OpaquePointer) -> KafkaError? {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { text in
      let code = unsafe rd_kafka_fatal_error(client, text.baseAddress, text.count)
      guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
      return KafkaError(KafkaErrorCode(code), unsafe String(cString: text.baseAddress!), isFatal: true)
    }
  }
}
