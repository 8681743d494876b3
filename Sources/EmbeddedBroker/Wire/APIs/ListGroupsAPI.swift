/// ListGroups: all groups, or those of some states.
enum ListGroupsAPI: WireAPI {
  static let key = APIKey.listGroups
  static let versions: ClosedRange<Int16> = 0...5
  static let firstFlexible: Int16 = 3

  struct Request: WireMessage {
    var states: [String] = []
    var types: [String] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      if wire.version >= 4 { try wire.strings(&states) }
      if wire.version >= 5 { try wire.strings(&types) }
      try wire.tags()
    }
  }

  struct Response: WireMessage {
    var throttleMilliseconds: Int32 = 0
    var error = ErrorCode.none
    var groups: [Group] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      if wire.version >= 1 { try wire.integer(&throttleMilliseconds) }
      try wire.error(&error)
      try wire.array(&groups)
      try wire.tags()
    }
  }

  struct Group: WireMessage {
    static let classic = "classic"

    var name = ""
    var protocolType = ""
    var state = ""
    var type = classic

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&name)
      try wire.string(&protocolType)
      if wire.version >= 4 { try wire.string(&state) }
      if wire.version >= 5 { try wire.string(&type) }
      try wire.tags()
    }
  }
}
