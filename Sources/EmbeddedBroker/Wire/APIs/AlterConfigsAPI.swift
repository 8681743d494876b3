/// AlterConfigs: sets all of a topic's settings; one that is not named goes back to its default.
enum AlterConfigsAPI: WireAPI {
  static let key = APIKey.alterConfigs
  static let versions: ClosedRange<Int16> = 0...2
  static let firstFlexible: Int16 = 2

  struct Request: WireMessage {
    var resources: [Resource] = []
    var validatesOnly = false

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.array(&resources)
      try wire.bool(&validatesOnly)
      try wire.tags()
    }
  }

  struct Resource: WireMessage {
    var kind: Int8 = 0
    var name = ""
    var settings: [CreateTopicsAPI.Setting] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&kind)
      try wire.string(&name)
      try wire.array(&settings)
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
    var error = ErrorCode.none
    var message: String?
    var kind: Int8 = 0
    var name = ""

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.error(&error)
      try wire.nullableString(&message)
      try wire.integer(&kind)
      try wire.string(&name)
      try wire.tags()
    }
  }
}
