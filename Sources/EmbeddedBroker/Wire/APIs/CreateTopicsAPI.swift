/// CreateTopics: makes topics, or says whether it would.
enum CreateTopicsAPI: WireAPI {
  static let key = APIKey.createTopics
  static let versions: ClosedRange<Int16> = 2...7
  static let firstFlexible: Int16 = 5

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
    /// -1: the broker's default.
    var partitions: Int32 = -1
    /// -1: the broker's default.
    var replicationFactor: Int16 = -1
    var assignments: [Assignment] = []
    var settings: [Setting] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&name)
      try wire.integer(&partitions)
      try wire.integer(&replicationFactor)
      try wire.array(&assignments)
      try wire.array(&settings)
      try wire.tags()
    }
  }

  struct Assignment: WireMessage {
    var partition: Int32 = 0
    var brokers: [Int32] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&partition)
      try wire.integers(&brokers)
      try wire.tags()
    }
  }

  struct Setting: WireMessage {
    var name = ""
    var value: String?

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&name)
      try wire.nullableString(&value)
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

  struct TopicResult: WireMessage {
    var name = ""
    var id = TopicID.none
    var error = ErrorCode.none
    var message: String?
    var partitions: Int32 = -1
    var replicationFactor: Int16 = -1
    var settings: [SettingResult]?

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&name)
      if wire.version >= 7 { try wire.uuid(&id) }
      try wire.error(&error)
      try wire.nullableString(&message)
      if wire.version >= 5 {
        try wire.integer(&partitions)
        try wire.integer(&replicationFactor)
        try wire.nullableArray(&settings)
      }
      try wire.tags()
    }
  }

  struct SettingResult: WireMessage {
    var name = ""
    var value: String?
    var isReadOnly = false
    var source = SettingSource.unknown
    var isSensitive = false

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&name)
      try wire.nullableString(&value)
      try wire.bool(&isReadOnly)
      try wire.integer(&source)
      try wire.bool(&isSensitive)
      try wire.tags()
    }
  }
}

/// Where a setting's value comes from, by the protocol's numbers.
enum SettingSource {
  static let unknown: Int8 = -1
  static let topic: Int8 = 1
  static let staticBroker: Int8 = 4
  static let standard: Int8 = 5
}
