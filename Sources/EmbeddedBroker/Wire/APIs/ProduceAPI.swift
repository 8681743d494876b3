/// Produce: record batches to append, a set a partition.
///
/// Versions 0 to 2 are named since older librdkafka looks for them; batches older than format 2 are refused.
enum ProduceAPI: WireAPI {
  static let key = APIKey.produce
  static let versions: ClosedRange<Int16> = 0...13
  static let firstFlexible: Int16 = 9

  struct Request: WireMessage {
    var transactionalID: String?
    /// 0: no answer at all; 1 and -1 are the same where there is one copy.
    var acknowledgements: Int16 = 0
    var timeoutMilliseconds: Int32 = 0
    var topics: [Topic] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      if wire.version >= 3 { try wire.nullableString(&transactionalID) }
      try wire.integer(&acknowledgements)
      try wire.integer(&timeoutMilliseconds)
      try wire.array(&topics)
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
    var records: [UInt8]?

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&index)
      try wire.nullableBytes(&records)
      try wire.tags()
    }
  }

  struct Response: WireMessage {
    var topics: [TopicResult] = []
    var throttleMilliseconds: Int32 = 0

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.array(&topics)
      if wire.version >= 1 { try wire.integer(&throttleMilliseconds) }
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
    var baseOffset: Int64 = -1
    var logAppendTime: Int64 = -1
    var logStartOffset: Int64 = -1
    var recordErrors: [RecordError] = []
    var message: String?

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&index)
      try wire.error(&error)
      try wire.integer(&baseOffset)
      if wire.version >= 2 { try wire.integer(&logAppendTime) }
      if wire.version >= 5 { try wire.integer(&logStartOffset) }
      if wire.version >= 8 {
        try wire.array(&recordErrors)
        try wire.nullableString(&message)
      }
      try wire.tags()
    }
  }

  struct RecordError: WireMessage {
    var batchIndex: Int32 = 0
    var message: String?

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&batchIndex)
      try wire.nullableString(&message)
      try wire.tags()
    }
  }
}
