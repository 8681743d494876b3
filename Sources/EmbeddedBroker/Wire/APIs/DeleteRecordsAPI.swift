/// DeleteRecords: moves a log's start, so that what lies before it is no longer there.
enum DeleteRecordsAPI: WireAPI {
  static let key = APIKey.deleteRecords
  static let versions: ClosedRange<Int16> = 0...2
  static let firstFlexible: Int16 = 2

  struct Request: WireMessage {
    var topics: [Topic] = []
    var timeoutMilliseconds: Int32 = 0

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.array(&topics)
      try wire.integer(&timeoutMilliseconds)
      try wire.tags()
    }
  }

  typealias Topic = NamedTopic<Partition>

  struct Partition: WireMessage {
    var index: Int32 = 0
    /// The first offset to stay; -1: none of those that are there.
    var offset: Int64 = 0

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&index)
      try wire.integer(&offset)
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
    var index: Int32 = 0
    var lowWatermark: Int64 = -1
    var error = ErrorCode.none

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&index)
      try wire.integer(&lowWatermark)
      try wire.error(&error)
      try wire.tags()
    }
  }
}
