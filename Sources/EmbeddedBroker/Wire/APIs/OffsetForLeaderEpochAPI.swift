/// OffsetForLeaderEpoch: where an epoch ended. One broker has one epoch, 0, and it has not ended.
enum OffsetForLeaderEpochAPI: WireAPI {
  static let key = APIKey.offsetForLeaderEpoch
  static let versions: ClosedRange<Int16> = 2...4
  static let firstFlexible: Int16 = 4

  struct Request: WireMessage {
    var replicaID: Int32 = -2
    var topics: [Topic] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      if wire.version >= 3 { try wire.integer(&replicaID) }
      try wire.array(&topics)
      try wire.tags()
    }
  }

  typealias Topic = NamedTopic<Partition>

  struct Partition: WireMessage {
    var index: Int32 = 0
    var currentLeaderEpoch: Int32 = -1
    var leaderEpoch: Int32 = 0

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&index)
      try wire.integer(&currentLeaderEpoch)
      try wire.integer(&leaderEpoch)
      try wire.tags()
    }
  }

  struct Response: WireMessage {
    var throttleMilliseconds: Int32 = 0
    var topics: [TopicResult] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&throttleMilliseconds)
      try wire.array(&topics)
      try wire.tags()
    }
  }

  typealias TopicResult = NamedTopic<PartitionResult>

  struct PartitionResult: WireMessage {
    var error = ErrorCode.none
    var index: Int32 = 0
    var leaderEpoch: Int32 = -1
    var endOffset: Int64 = -1

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.error(&error)
      try wire.integer(&index)
      try wire.integer(&leaderEpoch)
      try wire.integer(&endOffset)
      try wire.tags()
    }
  }
}
