/// A topic as a request names it: by name, or in later versions by id.
struct TopicReference: Hashable, Sendable {
  var name = ""
  var id = TopicID.none
}

extension WireCoder where Self: ~Escapable {
  @_lifetime(self: copy self)
  mutating func topic(_ value: inout TopicReference, byIDFrom version: Int16) throws(WireError) {
    if self.version >= version { try uuid(&value.id) } else { try string(&value.name) }
  }

  @_lifetime(self: copy self)
  mutating func error(_ value: inout ErrorCode) throws(WireError) {
    var number = value.rawValue
    try integer(&number)
    value = ErrorCode(rawValue: number)
  }
}
