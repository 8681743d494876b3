/// ListOffsets: where a log begins and ends, and the first offset from a time on.
enum ListOffsetsAPI: WireAPI {
  static let key = APIKey.listOffsets
  static let versions: ClosedRange<Int16> = 1...10
  static let firstFlexible: Int16 = 6

  struct Request: WireMessage {
    var replicaID: Int32 = -1
    var isolationLevel: Int8 = 0
    var topics: [Topic] = []
    var timeoutMilliseconds: Int32 = 0

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&replicaID)
      if wire.version >= 2 { try wire.integer(&isolationLevel) }
      try wire.array(&topics)
      if wire.version >= 10 { try wire.integer(&timeoutMilliseconds) }
      try wire.tags()
    }
  }

  typealias Topic = NamedTopic<Partition>

  struct Partition: WireMessage {
    var index: Int32 = 0
    var currentLeaderEpoch: Int32 = -1
    /// Milliseconds, or one of the marks below.
    var timestamp: Int64 = 0

    static let latest: Int64 = -1
    static let earliest: Int64 = -2
    static let maxTimestamp: Int64 = -3
    static let earliestLocal: Int64 = -4

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&index)
      if wire.version >= 4 { try wire.integer(&currentLeaderEpoch) }
      try wire.integer(&timestamp)
      try wire.tags()
    }
  }

  struct Response: WireMessage {
    var throttleMilliseconds: Int32 = 0
    var topics: [TopicResult] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      if wire.version >= 2 { try wire.integer(&throttleMilliseconds) }
      try wire.array(&topics)
      try wire.tags()
    }
  }

  typealias TopicResult = NamedTopic<PartitionResult>

  struct PartitionResult: WireMessage {
    var index: Int32 = 0
    var error = ErrorCode.none
    var timestamp: Int64 = -1
    var offset: Int64 = -1
    var leaderEpoch: Int32 = -1

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&index)
      try wire.error(&error)
      try wire.integer(&timestamp)
      try wire.integer(&offset)
      if wire.version >= 4 { try wire.integer(&leaderEpoch) }
      try wire.tags()
    }
  }
}
