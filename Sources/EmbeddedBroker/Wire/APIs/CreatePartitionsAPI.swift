/// CreatePartitions: raises the number of a topic's partitions.
enum CreatePartitionsAPI: WireAPI {
  static let key = APIKey.createPartitions
  static let versions: ClosedRange<Int16> = 0...3
  static let firstFlexible: Int16 = 2

  struct Request: WireMessage {
    var topics: [Topic] = []
    var timeoutMilliseconds: Int32 = 0
    var validatesOnly = false

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.array(&topics)
      try wire.integer(&timeoutMilliseconds)
      try wire.bool(&validatesOnly)
      try wire.tags()
    }
  }

  struct Topic: WireMessage {
    var name = ""
    /// All partitions, old and new.
    var count: Int32 = 0
    var assignments: [Assignment]?

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&name)
      try wire.integer(&count)
      try wire.nullableArray(&assignments)
      try wire.tags()
    }
  }

  struct Assignment: WireMessage {
    var brokers: [Int32] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integers(&brokers)
      try wire.tags()
    }
  }

  struct Response: WireMessage {
    var throttleMilliseconds: Int32 = 0
    var results: [Result] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&throttleMilliseconds)
      try wire.array(&results)
      try wire.tags()
    }
  }

  struct Result: WireMessage {
    var name = ""
    var error = ErrorCode.none
    var message: String?

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&name)
      try wire.error(&error)
      try wire.nullableString(&message)
      try wire.tags()
    }
  }
}
