/// IncrementalAlterConfigs: changes single settings of a topic; its answer is that of AlterConfigs.
enum IncrementalAlterConfigsAPI: WireAPI {
  static let key = APIKey.incrementalAlterConfigs
  static let versions: ClosedRange<Int16> = 0...1
  static let firstFlexible: Int16 = 1

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
    var changes: [Change] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&kind)
      try wire.string(&name)
      try wire.array(&changes)
      try wire.tags()
    }
  }

  struct Change: WireMessage {
    static let set: Int8 = 0
    static let delete: Int8 = 1

    var name = ""
    /// `set`, `delete`, or what is for lists only and refused: append, subtract.
    var operation = set
    var value: String?

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&name)
      try wire.integer(&operation)
      try wire.nullableString(&value)
      try wire.tags()
    }
  }

  typealias Response = AlterConfigsAPI.Response
}
