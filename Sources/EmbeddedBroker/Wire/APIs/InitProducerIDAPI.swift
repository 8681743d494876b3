/// InitProducerId: an id for an idempotent producer. A transactional id is refused.
enum InitProducerIDAPI: WireAPI {
  static let key = APIKey.initProducerID
  static let versions: ClosedRange<Int16> = 0...5
  static let firstFlexible: Int16 = 2

  struct Request: WireMessage {
    var transactionalID: String?
    var transactionMilliseconds: Int32 = 0
    var producerID: Int64 = -1
    var producerEpoch: Int16 = -1

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.nullableString(&transactionalID)
      try wire.integer(&transactionMilliseconds)
      if wire.version >= 3 {
        try wire.integer(&producerID)
        try wire.integer(&producerEpoch)
      }
      try wire.tags()
    }
  }

  struct Response: WireMessage {
    var throttleMilliseconds: Int32 = 0
    var error = ErrorCode.none
    var producerID: Int64 = -1
    var producerEpoch: Int16 = -1

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&throttleMilliseconds)
      try wire.error(&error)
      try wire.integer(&producerID)
      try wire.integer(&producerEpoch)
      try wire.tags()
    }
  }
}
