/// Kafka's error codes, by the protocol's numbers; a struct, as what one gives is not a closed set.
struct ErrorCode: RawRepresentable, Hashable, Sendable {
  let rawValue: Int16

  init(rawValue: Int16) { self.rawValue = rawValue }

  static let none = ErrorCode(rawValue: 0)
  static let offsetOutOfRange = ErrorCode(rawValue: 1)
  static let corruptMessage = ErrorCode(rawValue: 2)
  static let unknownTopicOrPartition = ErrorCode(rawValue: 3)
  static let messageTooLarge = ErrorCode(rawValue: 10)
  static let invalidTopic = ErrorCode(rawValue: 17)
  static let illegalGeneration = ErrorCode(rawValue: 22)
  static let inconsistentGroupProtocol = ErrorCode(rawValue: 23)
  static let invalidGroupID = ErrorCode(rawValue: 24)
  static let unknownMemberID = ErrorCode(rawValue: 25)
  static let invalidSessionTimeout = ErrorCode(rawValue: 26)
  static let rebalanceInProgress = ErrorCode(rawValue: 27)
  static let invalidTimestamp = ErrorCode(rawValue: 32)
  static let topicAlreadyExists = ErrorCode(rawValue: 36)
  static let invalidPartitions = ErrorCode(rawValue: 37)
  static let invalidConfiguration = ErrorCode(rawValue: 40)
  static let unsupportedForMessageFormat = ErrorCode(rawValue: 43)
  static let outOfOrderSequence = ErrorCode(rawValue: 45)
  static let invalidProducerEpoch = ErrorCode(rawValue: 47)
  static let invalidTransactionState = ErrorCode(rawValue: 48)
  static let storageError = ErrorCode(rawValue: 56)
  static let nonEmptyGroup = ErrorCode(rawValue: 68)
  static let groupIDNotFound = ErrorCode(rawValue: 69)
  static let unsupportedCompressionType = ErrorCode(rawValue: 76)
  static let memberIDRequired = ErrorCode(rawValue: 79)
  static let groupMaxSizeReached = ErrorCode(rawValue: 81)
  static let fencedInstanceID = ErrorCode(rawValue: 82)
  static let invalidRecord = ErrorCode(rawValue: 87)
}
