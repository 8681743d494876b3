import CRDKafka

/// An error of Kafka's protocol (positive) or of librdkafka (negative), by its number and, in text, its name in C
/// without the prefix: `MSG_SIZE_TOO_LARGE`, `_TRANSPORT`.
public struct KafkaErrorCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  init(_ error: rd_kafka_resp_err_t) { rawValue = error.rawValue }

  var native: rd_kafka_resp_err_t { rd_kafka_resp_err_t(rawValue: rawValue) }

  public var description: String { unsafe String(cString: rd_kafka_err2name(native)) }

  /// librdkafka's sentence about it.
  public var explanation: String { unsafe String(cString: rd_kafka_err2str(native)) }

  public static let invalidMessage = KafkaErrorCode(RD_KAFKA_RESP_ERR_INVALID_MSG)
  public static let messageSizeTooLarge = KafkaErrorCode(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
  public static let invalidRecord = KafkaErrorCode(RD_KAFKA_RESP_ERR_INVALID_RECORD)
  public static let policyViolation = KafkaErrorCode(RD_KAFKA_RESP_ERR_POLICY_VIOLATION)
  public static let topicAuthorizationFailed = KafkaErrorCode(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
  public static let clusterAuthorizationFailed = KafkaErrorCode(RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED)
  public static let unknownTopicOrPartition = KafkaErrorCode(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
  public static let topicAlreadyExists = KafkaErrorCode(RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
  public static let unknownTopic = KafkaErrorCode(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
  public static let unknownPartition = KafkaErrorCode(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
  public static let queueFull = KafkaErrorCode(RD_KAFKA_RESP_ERR__QUEUE_FULL)
  public static let fatal = KafkaErrorCode(RD_KAFKA_RESP_ERR__FATAL)
  public static let purgedFromQueue = KafkaErrorCode(RD_KAFKA_RESP_ERR__PURGE_QUEUE)
  public static let purgedInFlight = KafkaErrorCode(RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
  public static let timedOut = KafkaErrorCode(RD_KAFKA_RESP_ERR__TIMED_OUT)
  public static let transport = KafkaErrorCode(RD_KAFKA_RESP_ERR__TRANSPORT)
  public static let allBrokersDown = KafkaErrorCode(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
  public static let authentication = KafkaErrorCode(RD_KAFKA_RESP_ERR__AUTHENTICATION)
  public static let invalidArgument = KafkaErrorCode(RD_KAFKA_RESP_ERR__INVALID_ARG)
  public static let partitionEnd = KafkaErrorCode(RD_KAFKA_RESP_ERR__PARTITION_EOF)

  /// Kafka refused one record for its own sake.
  public var isRefusal: Bool {
    [.invalidMessage, .messageSizeTooLarge, .invalidRecord, .policyViolation].contains(self)
  }

  /// A right or a topic is missing: a person has to act, and the same record may then go through.
  public var isConfigurationFault: Bool {
    [.topicAuthorizationFailed, .clusterAuthorizationFailed, .unknownTopicOrPartition, .unknownTopic,
      .unknownPartition].contains(self)
  }
}
