/// FindCoordinator: who looks after a group. Always this broker; there are no transactions to look after.
enum FindCoordinatorAPI: WireAPI {
  static let key = APIKey.findCoordinator
  static let versions: ClosedRange<Int16> = 0...5
  static let firstFlexible: Int16 = 3

  struct Request: WireMessage {
    static let group: Int8 = 0
    static let transaction: Int8 = 1

    var name = ""
    var kind = group
    var names: [String] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      if wire.version <= 3 { try wire.string(&name) }
      if wire.version >= 1 { try wire.integer(&kind) }
      if wire.version >= 4 { try wire.strings(&names) }
      try wire.tags()
    }
  }

  struct Response: WireMessage {
    var throttleMilliseconds: Int32 = 0
    /// Up to version 3 there is just one, and it has no name.
    var coordinators: [Coordinator] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      if wire.version >= 1 { try wire.integer(&throttleMilliseconds) }
      if wire.version >= 4 {
        try wire.array(&coordinators)
      } else {
        var only = coordinators.first ?? Coordinator()
        try only.fieldsOfOne(&wire)
        coordinators = [only]
      }
      try wire.tags()
    }
  }

  struct Coordinator: WireMessage {
    var name = ""
    var node: Int32 = -1
    var host = ""
    var port: Int32 = -1
    var error = ErrorCode.none
    var message: String?

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&name)
      try place(&wire)
      try wire.error(&error)
      try wire.nullableString(&message)
      try wire.tags()
    }

    mutating func fieldsOfOne(_ wire: inout some Wire) throws(WireError) {
      try wire.error(&error)
      if wire.version >= 1 { try wire.nullableString(&message) }
      try place(&wire)
    }

    private mutating func place(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&node)
      try wire.string(&host)
      try wire.integer(&port)
    }
  }
}
