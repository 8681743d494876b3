/// DeleteGroups: forgets groups without members, and what they had committed.
enum DeleteGroupsAPI: WireAPI {
  static let key = APIKey.deleteGroups
  static let versions: ClosedRange<Int16> = 0...2
  static let firstFlexible: Int16 = 2

  struct Request: WireMessage {
    var groups: [String] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.strings(&groups)
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
    var group = ""
    var error = ErrorCode.none

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&group)
      try wire.error(&error)
      try wire.tags()
    }
  }
}
