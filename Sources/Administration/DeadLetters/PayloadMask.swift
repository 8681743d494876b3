public import NotificationModel

/// Takes what is anybody's own out of a payload before a person sees it: addresses, texts, parameters. Only members that
/// are known to be harmless are shown, so that what is new or wrong is masked.
public enum PayloadMask {
  private static let shownTexts: Set = [
    "id", "eventID", "channel", "channels", "firstOf", "target", "category", "template", "locale", "priority",
    "platform", "appID", "environment", "expiresAt", "deliverAt", "eventTime", "source", "created_at", "topic",
    "reason",
    "lsn", "sha256", "origin", "sound", "threadID", "actionKey", "titleKey", "bodyKey",
  ]
  private static let shownNumbers: Set = [
    "eventTime", "replay", "user", "templateVersion", "badge", "registeredAt", "notBefore", "sendBefore", "ordinal",
    "bytes",
  ]
  /// Whatever stands inside of them.
  private static let closed: Set = ["parameters"]

  private static let shownHeaders: Set = [
    RecordHeader.eventID, RecordHeader.schema, RecordHeader.traceParent, RecordHeader.committedAt, "type",
    "aggregatetype", "lsn", "ordinal",
  ]

  /// A payload as it may be shown.
  public static func masked(_ value: JSONValue) -> JSONValue { masked(value, name: "", isClosed: false) }

  private static func masked(_ value: JSONValue, name: String, isClosed: Bool) -> JSONValue {
    switch value {
    case .object(let members):
      return .object(
        Dictionary(
          uniqueKeysWithValues: members.map { key, value in
            (key, masked(value, name: key, isClosed: isClosed || closed.contains(name)))
          }))
    case .list(let items): return .list(items.map { masked($0, name: name, isClosed: isClosed) })
    case .text(let text): return .text(masked(text, name: name, isClosed: isClosed || closed.contains(name)))
    case .number: return !isClosed && shownNumbers.contains(name) ? value : .text("•")
    case .bool, .null: return isClosed ? .text("•") : value
    }
  }

  private static func masked(_ text: String, name: String, isClosed: Bool) -> String {
    if isClosed { return size(text) }
    switch name {
    case "phone": return phone(text)
    case "email": return email(text)
    case "token": return token(text)
    default: return shownTexts.contains(name) ? String(text.prefix(200)) : size(text)
    }
  }

  /// A header's value as it may be shown.
  public static func header(_ name: String, _ value: String) -> String {
    shownHeaders.contains(name) || name.hasPrefix(RecordHeader.prefix) ? value : size(value)
  }

  /// A record's key: a user's id is shown, anything else may be an address.
  public static func key(_ text: String) -> String {
    text.wholeMatch(of: /[0-9]{1,19}|[0-9a-f-]{36}/) == nil ? size(text) : text
  }

  /// `+821012345678` becomes `+82•••••••678`: enough to know a number again that one has before one.
  public static func phone(_ number: String) -> String {
    guard number.count >= 9 else { return size(number) }
    return number.prefix(3) + String(repeating: "•", count: number.count - 6) + number.suffix(3)
  }

  /// `somebody@example.com` becomes `s•••@example.com`.
  public static func email(_ address: String) -> String {
    guard let sign = address.lastIndex(of: "@"), sign > address.startIndex else { return size(address) }
    return address.prefix(1) + "•••" + address[sign...]
  }

  /// A device's token by its first six characters.
  public static func token(_ token: String) -> String {
    guard token.count >= 24 else { return size(token) }
    return token.prefix(6) + "•••" + " (\(token.count) characters)"
  }

  private static func size(_ text: String) -> String { "(\(text.count) characters)" }
}
