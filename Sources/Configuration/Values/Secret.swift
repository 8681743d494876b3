/// A text that must not be seen: printing, interpolating or dumping it gives `***`.
public struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private let text: String

  public init(_ text: String) { self.text = text }

  /// The text itself, to hand to who needs it.
  public func reveal() -> String { text }

  public var description: String { "***" }
  public var debugDescription: String { "***" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// How a value is shown to people.
public enum Masking: Sendable {
  /// As it is.
  case none
  /// Not at all.
  case whole
  /// A PostgreSQL connection string without its passwords.
  case connectionString

  /// `text` as it may be shown. Rather too much is hidden than too little.
  public func mask(_ text: String) -> String {
    switch self {
    case .none: text
    case .whole: "***"
    case .connectionString: Self.maskPasswords(Self.maskUserInformation(text))
    }
  }

  /// The keywords `password` and `sslpassword`, also in a URI's query.
  private static func maskPasswords(_ text: String) -> String {
    text.replacing(/(?i)(password\s*=\s*)('(?:\\.|[^'\\])*'?|(?:\\.|[^\s\\])*)/) { "\($0.1)***" }
  }

  /// `scheme://user:password@`. The last @ ends it, as a password may hold one that nobody encoded.
  private static func maskUserInformation(_ text: String) -> String {
    guard let scheme = text.firstRange(of: "://"), let at = text.lastIndex(of: "@"), at > scheme.upperBound,
      let colon = text[scheme.upperBound..<at].firstIndex(of: ":")
    else { return text }
    return "\(text[...colon])***\(text[at...])"
  }
}
