/// DescribeGroups: a group's state, its members and what each is assigned.
enum DescribeGroupsAPI: WireAPI {
  static let key = APIKey.describeGroups
  static let versions: ClosedRange<Int16> = 0...6
  static let firstFlexible: Int16 = 5

  struct Request: WireMessage {
    var groups: [String] = []
    var includesOperations = false

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.strings(&groups)
      if wire.version >= 3 { try wire.bool(&includesOperations) }
      try wire.tags()
    }
  }

  struct Response: WireMessage {
    var throttleMilliseconds: Int32 = 0
    var groups: [Group] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      if wire.version >= 1 { try wire.integer(&throttleMilliseconds) }
      try wire.array(&groups)
      try wire.tags()
    }
  }

  struct Group: WireMessage {
    var error = ErrorCode.none
    var message: String?
    var name = ""
    var state = ""
    var protocolType = ""
    var protocolName = ""
    var members: [Member] = []
    var operations = unknownOperations

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.error(&error)
      if wire.version >= 6 { try wire.nullableString(&message) }
      try wire.string(&name)
      try wire.string(&state)
      try wire.string(&protocolType)
      try wire.string(&protocolName)
      try wire.array(&members)
      if wire.version >= 3 { try wire.integer(&operations) }
      try wire.tags()
    }
  }

  struct Member: WireMessage {
    var id = ""
    var instance: String?
    var client = ""
    var host = ""
    var metadata: [UInt8] = []
    var assignment: [UInt8] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&id)
      if wire.version >= 4 { try wire.nullableString(&instance) }
      try wire.string(&client)
      try wire.string(&host)
      try wire.bytes(&metadata)
      try wire.bytes(&assignment)
      try wire.tags()
    }
  }
}
