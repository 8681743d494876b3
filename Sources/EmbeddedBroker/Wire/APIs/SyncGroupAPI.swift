/// SyncGroup: the leader hands in everyone's assignment, and everyone gets their own.
enum SyncGroupAPI: WireAPI {
  static let key = APIKey.syncGroup
  static let versions: ClosedRange<Int16> = 0...5
  static let firstFlexible: Int16 = 4

  struct Request: WireMessage {
    var group = ""
    var generation: Int32 = 0
    var member = ""
    var instance: String?
    var protocolType: String?
    var protocolName: String?
    var assignments: [Assignment] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&group)
      try wire.integer(&generation)
      try wire.string(&member)
      if wire.version >= 3 { try wire.nullableString(&instance) }
      if wire.version >= 5 {
        try wire.nullableString(&protocolType)
        try wire.nullableString(&protocolName)
      }
      try wire.array(&assignments)
      try wire.tags()
    }
  }

  struct Assignment: WireMessage {
    var member = ""
    var assignment: [UInt8] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&member)
      try wire.bytes(&assignment)
      try wire.tags()
    }
  }

  struct Response: WireMessage {
    var throttleMilliseconds: Int32 = 0
    var error = ErrorCode.none
    var protocolType: String?
    var protocolName: String?
    var assignment: [UInt8] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      if wire.version >= 1 { try wire.integer(&throttleMilliseconds) }
      try wire.error(&error)
      if wire.version >= 5 {
        try wire.nullableString(&protocolType)
        try wire.nullableString(&protocolName)
      }
      try wire.bytes(&assignment)
      try wire.tags()
    }
  }
}
