/// LeaveGroup: members go; from version 3 on an administrator may name several, static ones by their instance.
enum LeaveGroupAPI: WireAPI {
  static let key = APIKey.leaveGroup
  static let versions: ClosedRange<Int16> = 0...5
  static let firstFlexible: Int16 = 4

  struct Request: WireMessage {
    var group = ""
    var members: [Member] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&group)
      if wire.version >= 3 {
        try wire.array(&members)
      } else {
        var only = members.first ?? Member()
        try wire.string(&only.id)
        members = [only]
      }
      try wire.tags()
    }
  }

  struct Member: WireMessage {
    var id = ""
    var instance: String?
    var reason: String?

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&id)
      try wire.nullableString(&instance)
      if wire.version >= 5 { try wire.nullableString(&reason) }
      try wire.tags()
    }
  }

  struct Response: WireMessage {
    var throttleMilliseconds: Int32 = 0
    var error = ErrorCode.none
    var members: [MemberResult] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      if wire.version >= 1 { try wire.integer(&throttleMilliseconds) }
      try wire.error(&error)
      if wire.version >= 3 { try wire.array(&members) }
      try wire.tags()
    }
  }

  struct MemberResult: WireMessage {
    var id = ""
    var instance: String?
    var error = ErrorCode.none

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&id)
      try wire.nullableString(&instance)
      try wire.error(&error)
      try wire.tags()
    }
  }
}
