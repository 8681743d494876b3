/// Heartbeat: a member is still there; the answer says whether the group rebalances.
enum HeartbeatAPI: WireAPI {
  static let key = APIKey.heartbeat
  static let versions: ClosedRange<Int16> = 0...4
  static let firstFlexible: Int16 = 4

  struct Request: WireMessage {
    var group = ""
    var generation: Int32 = 0
    var member = ""
    var instance: String?

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&group)
      try wire.integer(&generation)
      try wire.string(&member)
      if wire.version >= 3 { try wire.nullableString(&instance) }
      try wire.tags()
    }
  }

  struct Response: WireMessage {
    var throttleMilliseconds: Int32 = 0
    var error = ErrorCode.none

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      if wire.version >= 1 { try wire.integer(&throttleMilliseconds) }
      try wire.error(&error)
      try wire.tags()
    }
  }
}
