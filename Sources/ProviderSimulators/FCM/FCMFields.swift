import NotificationModel

/// The members of a JSON object, read with Google's complaints. Names are looked up in camel case.
struct FCMFields {
  private let members: [String: JSONValue]
  private let path: String

  init(_ members: [String: JSONValue], at path: String) { (self.members, self.path) = (members, path) }

  /// Sorted, so that complaints are the same each time.
  var names: [String] { members.keys.sorted() }

  func allow(_ known: Set<String>) throws(GoogleError) {
    for name in names where !known.contains(Self.camel(name)) {
      let place = path.isEmpty ? "" : " at '\(path)'"
      throw .badRequest(
        path, "Invalid JSON payload received. Unknown name \"\(name)\"\(place): Cannot find field.")
    }
  }

  func object(_ name: String) throws(GoogleError) -> FCMFields? {
    switch value(name) {
    case nil: nil
    case .object(let members): FCMFields(members, at: path.isEmpty ? name : "\(path).\(name)")
    default: throw invalid(name, "type.googleapis.com/google.firebase.fcm.v1.Message")
    }
  }

  func text(_ name: String) throws(GoogleError) -> String? {
    switch value(Self.camel(name)) {
    case nil: nil
    case .text(let text): text
    default: throw invalid(name, "TYPE_STRING")
    }
  }

  func flag(_ name: String) throws(GoogleError) -> Bool {
    switch value(name) {
    case nil: false
    case .bool(let flag): flag
    default: throw invalid(name, "TYPE_BOOL")
    }
  }

  /// The text of a map's own name, as it is written.
  func ownText(_ name: String) -> String? { members.text(name) }

  func invalid(_ name: String, _ type: String) -> GoogleError {
    let field = path.isEmpty ? name : "\(path).\(name)"
    return .badRequest(field, "Invalid value at '\(field)' (\(type))")
  }

  private func value(_ name: String) -> JSONValue? {
    if let value = members[name] { return value == .null ? nil : value }
    guard let value = members.first(where: { Self.camel($0.key) == name })?.value, value != .null else { return nil }
    return value
  }

  private static func camel(_ name: String) -> String {
    guard name.utf8.contains(UInt8(ascii: "_")) else { return name }
    let words = name.split(separator: "_")
    return words.dropFirst().reduce(String(words.first ?? "")) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
  }
}
