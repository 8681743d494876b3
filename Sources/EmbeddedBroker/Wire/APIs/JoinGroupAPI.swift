/// JoinGroup: a member enters a group, or enters it anew when the group rebalances.
enum JoinGroupAPI: WireAPI {
  static let key = APIKey.joinGroup
  static let versions: ClosedRange<Int16> = 0...9
  static let firstFlexible: Int16 = 6

  struct Request: WireMessage {
    var group = ""
    var sessionMilliseconds: Int32 = 0
    /// Up to version 0 the session's time stands for it.
    var rebalanceMilliseconds: Int32 = -1
    var member = ""
    var instance: String?
    var protocolType = ""
    var protocols: [Candidate] = []
    var reason: String?

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&group)
      try wire.integer(&sessionMilliseconds)
      if wire.version >= 1 { try wire.integer(&rebalanceMilliseconds) }
      try wire.string(&member)
      if wire.version >= 5 { try wire.nullableString(&instance) }
      try wire.string(&protocolType)
      try wire.array(&protocols)
      if wire.version >= 8 { try wire.nullableString(&reason) }
      try wire.tags()
    }
  }

  struct Candidate: WireMessage {
    var name = ""
    var metadata: [UInt8] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&name)
      try wire.bytes(&metadata)
      try wire.tags()
    }
  }

  struct Response: WireMessage {
    var throttleMilliseconds: Int32 = 0
    var error = ErrorCode.none
    var generation: Int32 = -1
    var protocolType: String?
    var protocolName: String?
    var leader = ""
    var skipsAssignment = false
    var member = ""
    var members: [Member] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      if wire.version >= 2 { try wire.integer(&throttleMilliseconds) }
      try wire.error(&error)
      try wire.integer(&generation)
      if wire.version >= 7 { try wire.nullableString(&protocolType) } else { protocolName = protocolName ?? "" }
      try wire.nullableString(&protocolName)
      try wire.string(&leader)
      if wire.version >= 9 { try wire.bool(&skipsAssignment) }
      try wire.string(&member)
      try wire.array(&members)
      try wire.tags()
    }
  }

  struct Member: WireMessage {
    var id = ""
    var instance: String?
    var metadata: [UInt8] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&id)
      if wire.version >= 5 { try wire.nullableString(&instance) }
      try wire.bytes(&metadata)
      try wire.tags()
    }
  }
}
