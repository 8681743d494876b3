import NotificationModel

/// For reading what a client sent.
extension JSONValue {
  /// Of an object; empty of anything else.
  var members: [String: JSONValue] { if case .object(let members) = self { members } else { [:] } }
  var items: [JSONValue]? { if case .list(let items) = self { items } else { nil } }

  static func reading(_ body: [UInt8]) -> JSONValue? { try? JSONParser.parse(body) }
}
