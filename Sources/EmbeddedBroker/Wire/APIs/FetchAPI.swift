/// Fetch: batches from offsets on, awaited for a while. Sessions are not kept: the session id of an answer is 0.
enum FetchAPI: WireAPI {
  static let key = APIKey.fetch
  static let versions: ClosedRange<Int16> = 4...18
  static let firstFlexible: Int16 = 12

  struct Request: WireMessage {
    var replicaID: Int32 = -1
    var waitMillisecondsMax: Int32 = 0
    var bytesMin: Int32 = 0
    var bytesMax: Int32 = .max
    var isolationLevel: Int8 = 0
    var sessionID: Int32 = 0
    var sessionEpoch: Int32 = -1
    var topics: [Topic] = []
    var forgotten: [ForgottenTopic] = []
    var rack = ""

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      if wire.version <= 14 { try wire.integer(&replicaID) }
      try wire.integer(&waitMillisecondsMax)
      try wire.integer(&bytesMin)
      try wire.integer(&bytesMax)
      try wire.integer(&isolationLevel)
      if wire.version >= 7 {
        try wire.integer(&sessionID)
        try wire.integer(&sessionEpoch)
      }
      try wire.array(&topics)
      if wire.version >= 7 { try wire.array(&forgotten) }
      if wire.version >= 11 { try wire.string(&rack) }
      try wire.tags()
    }
  }

  struct Topic: WireMessage {
    var topic = TopicReference()
    var partitions: [Partition] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.topic(&topic, byIDFrom: 13)
      try wire.array(&partitions)
      try wire.tags()
    }
  }

  struct Partition: WireMessage {
    var index: Int32 = 0
    var currentLeaderEpoch: Int32 = -1
    var offset: Int64 = 0
    var lastFetchedEpoch: Int32 = -1
    var logStartOffset: Int64 = -1
    var bytesMax: Int32 = 0

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&index)
      if wire.version >= 9 { try wire.integer(&currentLeaderEpoch) }
      try wire.integer(&offset)
      if wire.version >= 12 { try wire.integer(&lastFetchedEpoch) }
      if wire.version >= 5 { try wire.integer(&logStartOffset) }
      try wire.integer(&bytesMax)
      try wire.tags()
    }
  }

  struct ForgottenTopic: WireMessage {
    var topic = TopicReference()
    var partitions: [Int32] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.topic(&topic, byIDFrom: 13)
      try wire.integers(&partitions)
      try wire.tags()
    }
  }

  struct Response: WireMessage {
    var throttleMilliseconds: Int32 = 0
    var error = ErrorCode.none
    var sessionID: Int32 = 0
    var topics: [TopicResult] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&throttleMilliseconds)
      if wire.version >= 7 {
        try wire.error(&error)
        try wire.integer(&sessionID)
      }
      try wire.array(&topics)
      try wire.tags()
    }
  }

  struct TopicResult: WireMessage {
    var topic = TopicReference()
    var partitions: [PartitionResult] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.topic(&topic, byIDFrom: 13)
      try wire.array(&partitions)
      try wire.tags()
    }
  }

  struct PartitionResult: WireMessage {
    var index: Int32 = 0
    var error = ErrorCode.none
    var highWatermark: Int64 = -1
    /// There are no transactions, so what is committed is stable.
    var lastStableOffset: Int64 = -1
    var logStartOffset: Int64 = -1
    var abortedTransactions: [AbortedTransaction]?
    var preferredReadReplica: Int32 = -1
    var records: [UInt8]?

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&index)
      try wire.error(&error)
      try wire.integer(&highWatermark)
      try wire.integer(&lastStableOffset)
      if wire.version >= 5 { try wire.integer(&logStartOffset) }
      try wire.nullableArray(&abortedTransactions)
      if wire.version >= 11 { try wire.integer(&preferredReadReplica) }
      try wire.nullableBytes(&records)
      try wire.tags()
    }
  }

  struct AbortedTransaction: WireMessage {
    var producerID: Int64 = 0
    var firstOffset: Int64 = 0

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&producerID)
      try wire.integer(&firstOffset)
      try wire.tags()
    }
  }
}
