/// Codes that only the server gives.
extension ErrorCode {
  static let unknownServerError = ErrorCode(rawValue: -1)
  static let requestTimedOut = ErrorCode(rawValue: 7)
  static let invalidReplicationFactor = ErrorCode(rawValue: 38)
  static let invalidReplicaAssignment = ErrorCode(rawValue: 39)
  static let offsetMetadataTooLarge = ErrorCode(rawValue: 12)
  static let invalidRequiredAcknowledgements = ErrorCode(rawValue: 21)
  static let unsupportedVersion = ErrorCode(rawValue: 35)
  static let invalidRequest = ErrorCode(rawValue: 42)
  /// Clients give up at once on this one, where others would have them ask again for ever.
  static let transactionalIDRefused = ErrorCode(rawValue: 53)
  static let fetchSessionIDNotFound = ErrorCode(rawValue: 70)
  static let fencedLeaderEpoch = ErrorCode(rawValue: 74)
  static let unknownLeaderEpoch = ErrorCode(rawValue: 75)
  static let unsupportedEndpointType = ErrorCode(rawValue: 115)
  static let unknownTopicID = ErrorCode(rawValue: 100)
}
