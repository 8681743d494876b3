/// A table of the notification database that operators keep: what commands show of it, and what they may set.
public struct KeptTable: Sendable {
  /// As `device`.
  public var noun: String
  /// With its schema.
  var table: String
  /// What tells its rows apart, in this order.
  public var keys: [String]
  /// Those of them that may be null.
  var nullableKeys: Set<String> = []
  /// What may be set, imported and exported beside the keys.
  public var settable: [String]
  /// What is shown besides.
  var derived: [String] = []
  /// What a list leaves out, as it is long.
  var long: Set<String> = []

  public static let user = KeptTable(
    noun: "user", table: "notification.app_user", keys: ["user_id"],
    settable: ["email", "phone_number", "locale", "time_zone"], derived: ["created_at"])

  public static let device = KeptTable(
    noun: "device", table: "notification.device", keys: ["device_id"],
    settable: [
      "device_token", "user_id", "platform", "app_id", "environment", "locale", "time_zone", "registered_at",
      "last_logged_in_at", "disabled_at", "disabled_reason",
    ], long: ["device_token"])

  public static let template = KeptTable(
    noun: "template", table: "notification.template", keys: ["template_key", "channel", "locale", "version"],
    settable: ["state", "subject", "title", "body", "action_key", "badge", "required_parameters"],
    derived: ["created_at"], long: ["subject", "title", "body"])

  public static let preference = KeptTable(
    noun: "preference", table: "notification.preference", keys: ["user_id", "category", "channel"],
    nullableKeys: ["category", "channel"], settable: ["enabled"], derived: ["updated_at"])

  public static let all = [user, device, template, preference]

  var columns: [String] { keys + settable }

  /// - Throws: when the table has no such column, with those that there are.
  func check(_ names: [String], among known: [String]) throws(KeptTableError) {
    for name in names where !known.contains(name) {
      throw KeptTableError("a \(noun) has no column \(name) here; there are \(known.joined(separator: ", "))")
    }
    guard Set(names).count == names.count else { throw KeptTableError("a column is named twice") }
  }
}

/// Why nothing was changed; it says what to do.
public struct KeptTableError: Error, Equatable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}

/// A column and its value as text; nil is null.
public struct Assignment: Sendable, Equatable {
  public var column: String
  public var value: String?

  public init(column: String, value: String?) {
    self.column = column
    self.value = value
  }

  /// Reads `COLUMN=VALUE`; nothing behind the sign is null.
  public init(_ text: String) throws(KeptTableError) {
    guard let sign = text.firstIndex(of: "="), sign > text.startIndex else {
      throw KeptTableError("'\(text.prefix(40))' is no COLUMN=VALUE")
    }
    let value = String(text[text.index(after: sign)...])
    self.init(column: String(text[..<sign]), value: value.isEmpty ? nil : value)
  }
}
