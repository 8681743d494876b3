/// OffsetCommit: how far a group has come.
enum OffsetCommitAPI: WireAPI {
  static let key = APIKey.offsetCommit
  static let versions: ClosedRange<Int16> = 2...10
  static let firstFlexible: Int16 = 8

  struct Request: WireMessage {
    var group = ""
    /// -1 with an empty member: a commit from outside of the group's membership.
    var generation: Int32 = -1
    var member = ""
    var instance: String?
    var retentionMilliseconds: Int64 = -1
    var topics: [Topic] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&group)
      try wire.integer(&generation)
      try wire.string(&member)
      if wire.version >= 7 { try wire.nullableString(&instance) }
      if wire.version <= 4 { try wire.integer(&retentionMilliseconds) }
      try wire.array(&topics)
      try wire.tags()
    }
  }

  struct Topic: WireMessage {
    var topic = TopicReference()
    var partitions: [Partition] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.topic(&topic, byIDFrom: 10)
      try wire.array(&partitions)
      try wire.tags()
    }
  }

  struct Partition: WireMessage {
    var index: Int32 = 0
    var offset: Int64 = 0
    var leaderEpoch: Int32 = -1
    var metadata: String?

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&index)
      try wire.integer(&offset)
      if wire.version >= 6 { try wire.integer(&leaderEpoch) }
      try wire.nullableString(&metadata)
      try wire.tags()
    }
  }

  struct Response: WireMessage {
    var throttleMilliseconds: Int32 = 0
    var topics: [TopicResult] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      if wire.version >= 3 { try wire.integer(&throttleMilliseconds) }
      try wire.array(&topics)
      try wire.tags()
    }
  }

  struct TopicResult: WireMessage {
    var topic = TopicReference()
    var partitions: [PartitionResult] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.topic(&topic, byIDFrom: 10)
      try wire.array(&partitions)
      try wire.tags()
    }
  }

  struct PartitionResult: WireMessage {
    var index: Int32 = 0
    var error = ErrorCode.none

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&index)
      try wire.error(&error)
      try wire.tags()
    }
  }
}
