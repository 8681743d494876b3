/// What a dead letter can be chosen by, of the event or delivery in it: whose it is, and of what kind. Nothing of what it
/// says, and no address.
public struct RecordFacts: Sendable, Equatable {
  public var channel, template, category: String?
  /// Of a delivery.
  public var eventID: String?
  /// Nil where there are too many to be named.
  public var users: [Int64]? = []

  /// So many people of an event are named.
  public static let mostUsers = 1_000

  /// Reads it without keeping anything of the rest.
  /// - Parameter value: an event's or a delivery's JSON; nil is returned for what is none.
  public init?(_ value: [UInt8]) {
    var json = JSONReader(value)
    do throws(JSONParseError) {
      var facts = RecordFacts()
      try json.members { json, name throws(JSONParseError) in try facts.take(name, &json) }
      try json.end()
      self = facts
    } catch {
      return nil
    }
  }

  private init() {}

  private mutating func take(_ name: String, _ json: inout JSONReader) throws(JSONParseError) {
    switch (name, json.kind) {
    case ("channel", .text): channel = Self.short(try json.text(), 20)
    case ("template", .text): template = Self.short(try json.text(), 128)
    case ("category", .text): category = Self.short(try json.text(), 64)
    case ("eventID", .text): eventID = Self.short(try json.text(), 36)
    case ("user", .number): add(try json.number())
    case ("to", .list): try json.items { json throws(JSONParseError) in try takeRecipient(&json) }
    default: try json.skip()
    }
  }

  private mutating func takeRecipient(_ json: inout JSONReader) throws(JSONParseError) {
    guard json.kind == .object else { return try json.skip() }
    try json.members { json, name throws(JSONParseError) in
      if name == "user", json.kind == .number { add(try json.number()) } else { try json.skip() }
    }
  }

  private mutating func add(_ user: String) {
    guard let user = Int64(user), let known = users else { return }
    users = known.count < Self.mostUsers ? known + [user] : nil
  }

  private static func short(_ text: String, _ most: Int) -> String { String(text.unicodeScalars.prefix(most)) }

  /// In the form in which a record says it itself, so that it is found by the same.
  func write(to json: inout JSONWriter) {
    json.member("eventID", eventID)
    json.member("channel", channel)
    json.member("template", template)
    json.member("category", category)
    if let users { json.member("to", each: users) { $0.member("user", $1) } }
  }
}
