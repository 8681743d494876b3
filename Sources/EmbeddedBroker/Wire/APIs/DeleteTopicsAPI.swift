/// DeleteTopics: removes topics, by name or from version 6 on by id.
enum DeleteTopicsAPI: WireAPI {
  static let key = APIKey.deleteTopics
  static let versions: ClosedRange<Int16> = 1...6
  static let firstFlexible: Int16 = 4

  struct Request: WireMessage {
    var topics: [Topic] = []
    var timeoutMilliseconds: Int32 = 0

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      if wire.version >= 6 {
        try wire.array(&topics)
      } else {
        var names = topics.map { $0.name ?? "" }
        try wire.strings(&names)
        topics = names.map { Topic(name: $0) }
      }
      try wire.integer(&timeoutMilliseconds)
      try wire.tags()
    }
  }

  struct Topic: WireMessage {
    var name: String?
    var id = TopicID.none

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.nullableString(&name)
      try wire.uuid(&id)
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
    var name: String?
    var id = TopicID.none
    var error = ErrorCode.none
    var message: String?

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      if wire.version < 6 { name = name ?? "" }
      try wire.nullableString(&name)
      if wire.version >= 6 { try wire.uuid(&id) }
      try wire.error(&error)
      if wire.version >= 5 { try wire.nullableString(&message) }
      try wire.tags()
    }
  }
}
