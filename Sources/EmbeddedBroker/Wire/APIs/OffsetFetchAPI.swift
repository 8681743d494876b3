/// OffsetFetch: what a group has committed; from version 8 on, several groups.
enum OffsetFetchAPI: WireAPI {
  static let key = APIKey.offsetFetch
  static let versions: ClosedRange<Int16> = 1...10
  static let firstFlexible: Int16 = 6

  struct Request: WireMessage {
    /// Up to version 7 there is just one.
    var groups: [Group] = []
    var requiresStable = false

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      if wire.version >= 8 {
        try wire.array(&groups)
      } else {
        var only = groups.first ?? Group()
        try wire.string(&only.name)
        try wire.nullableArray(&only.topics)
        groups = [only]
      }
      if wire.version >= 7 { try wire.bool(&requiresStable) }
      try wire.tags()
    }
  }

  struct Group: WireMessage {
    var name = ""
    var member: String?
    var memberEpoch: Int32 = -1
    /// Nil: every topic that has an offset.
    var topics: [Topic]?

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&name)
      if wire.version >= 9 {
        try wire.nullableString(&member)
        try wire.integer(&memberEpoch)
      }
      try wire.nullableArray(&topics)
      try wire.tags()
    }
  }

  struct Topic: WireMessage {
    var topic = TopicReference()
    var partitions: [Int32] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.topic(&topic, byIDFrom: 10)
      try wire.integers(&partitions)
      try wire.tags()
    }
  }

  struct Response: WireMessage {
    var throttleMilliseconds: Int32 = 0
    var groups: [GroupResult] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      if wire.version >= 3 { try wire.integer(&throttleMilliseconds) }
      if wire.version >= 8 {
        try wire.array(&groups)
      } else {
        var only = groups.first ?? GroupResult()
        try wire.array(&only.topics)
        if wire.version >= 2 { try wire.error(&only.error) }
        groups = [only]
      }
      try wire.tags()
    }
  }

  struct GroupResult: WireMessage {
    var name = ""
    var topics: [TopicResult] = []
    var error = ErrorCode.none

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&name)
      try wire.array(&topics)
      try wire.error(&error)
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
    /// -1: nothing is committed.
    var offset: Int64 = -1
    var leaderEpoch: Int32 = -1
    var metadata: String?
    var error = ErrorCode.none

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&index)
      try wire.integer(&offset)
      if wire.version >= 5 { try wire.integer(&leaderEpoch) }
      try wire.nullableString(&metadata)
      try wire.error(&error)
      try wire.tags()
    }
  }
}
