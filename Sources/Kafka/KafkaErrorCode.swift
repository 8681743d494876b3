import CRDKafka

/// An error code of librdkafka's (negative) or of the Kafka protocol's (positive), open for codes that have no constant
/// here. The constants are the C names without their prefix.
public struct KafkaErrorCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: Int32

  public init(rawValue: Int32) { self.rawValue = rawValue }

  init(_ code: rd_kafka_resp_err_t) { rawValue = code.rawValue }

  var c: rd_kafka_resp_err_t { rd_kafka_resp_err_t(rawValue: rawValue) }

  /// The name in C, as `_QUEUE_FULL` (of the library) or `MSG_SIZE_TOO_LARGE` (of the protocol).
  public var description: String { unsafe rd_kafka_err2name(c).map { unsafe String(cString: $0) } ?? "\(rawValue)" }

  /// librdkafka's sentence for it.
  public var explanation: String { unsafe rd_kafka_err2str(c).map { unsafe String(cString: $0) } ?? description }
}

/// Found by the library itself.
extension KafkaErrorCode {
  public static let destroy = Self(RD_KAFKA_RESP_ERR__DESTROY)
  public static let fail = Self(RD_KAFKA_RESP_ERR__FAIL)
  public static let transport = Self(RD_KAFKA_RESP_ERR__TRANSPORT)
  public static let resolve = Self(RD_KAFKA_RESP_ERR__RESOLVE)
  public static let msgTimedOut = Self(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT)
  public static let partitionEOF = Self(RD_KAFKA_RESP_ERR__PARTITION_EOF)
  public static let unknownPartition = Self(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
  public static let unknownTopic = Self(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
  public static let allBrokersDown = Self(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
  public static let invalidArg = Self(RD_KAFKA_RESP_ERR__INVALID_ARG)
  public static let timedOut = Self(RD_KAFKA_RESP_ERR__TIMED_OUT)
  public static let queueFull = Self(RD_KAFKA_RESP_ERR__QUEUE_FULL)
  public static let ssl = Self(RD_KAFKA_RESP_ERR__SSL)
  public static let state = Self(RD_KAFKA_RESP_ERR__STATE)
  public static let authentication = Self(RD_KAFKA_RESP_ERR__AUTHENTICATION)
  public static let noOffset = Self(RD_KAFKA_RESP_ERR__NO_OFFSET)
  public static let unsupportedFeature = Self(RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE)
  public static let purgeQueue = Self(RD_KAFKA_RESP_ERR__PURGE_QUEUE)
  public static let purgeInflight = Self(RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
  public static let fatal = Self(RD_KAFKA_RESP_ERR__FATAL)
  public static let maxPollExceeded = Self(RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED)
  public static let fenced = Self(RD_KAFKA_RESP_ERR__FENCED)
  public static let assignmentLost = Self(RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST)
  public static let autoOffsetReset = Self(RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
}

/// Answered by a broker.
extension KafkaErrorCode {
  public static let unknown = Self(RD_KAFKA_RESP_ERR_UNKNOWN)
  public static let noError = Self(RD_KAFKA_RESP_ERR_NO_ERROR)
  public static let offsetOutOfRange = Self(RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE)
  public static let invalidMsg = Self(RD_KAFKA_RESP_ERR_INVALID_MSG)
  public static let unknownTopicOrPart = Self(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
  public static let invalidMsgSize = Self(RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE)
  public static let leaderNotAvailable = Self(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
  public static let notLeaderForPartition = Self(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION)
  public static let requestTimedOut = Self(RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT)
  public static let offsetMetadataTooLarge = Self(RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE)
  public static let msgSizeTooLarge = Self(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
  public static let networkException = Self(RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION)
  public static let topicException = Self(RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION)
  public static let recordListTooLarge = Self(RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE)
  public static let notEnoughReplicas = Self(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS)
  public static let notEnoughReplicasAfterAppend = Self(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND)
  public static let invalidRequiredAcks = Self(RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS)
  public static let illegalGeneration = Self(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION)
  public static let topicAuthorizationFailed = Self(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
  public static let groupAuthorizationFailed = Self(RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
  public static let clusterAuthorizationFailed = Self(RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED)
  public static let unsupportedSASLMechanism = Self(RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM)
  public static let unsupportedVersion = Self(RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION)
  public static let topicAlreadyExists = Self(RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
  public static let invalidPartitions = Self(RD_KAFKA_RESP_ERR_INVALID_PARTITIONS)
  public static let invalidReplicationFactor = Self(RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR)
  public static let invalidReplicaAssignment = Self(RD_KAFKA_RESP_ERR_INVALID_REPLICA_ASSIGNMENT)
  public static let invalidConfig = Self(RD_KAFKA_RESP_ERR_INVALID_CONFIG)
  public static let invalidRequest = Self(RD_KAFKA_RESP_ERR_INVALID_REQUEST)
  public static let policyViolation = Self(RD_KAFKA_RESP_ERR_POLICY_VIOLATION)
  public static let outOfOrderSequenceNumber = Self(RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER)
  public static let invalidProducerEpoch = Self(RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH)
  public static let transactionalIDAuthorizationFailed = Self(RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
  public static let saslAuthenticationFailed = Self(RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED)
  public static let unknownProducerID = Self(RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID)
  public static let invalidRecord = Self(RD_KAFKA_RESP_ERR_INVALID_RECORD)
}
