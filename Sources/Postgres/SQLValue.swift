/// A statement's parameter. PostgreSQL infers its type from the statement.
public enum SQLValue: Sendable, ExpressibleByStringLiteral, ExpressibleByNilLiteral, ExpressibleByIntegerLiteral {
  case null
  case text(String)
  case bytes([UInt8])

  public init(stringLiteral value: String) { self = .text(value) }
  public init(nilLiteral: ()) { self = .null }
  public init(integerLiteral value: Int) { self = .text(String(value)) }

  /// Libpq's length, format and, but for null, bytes with a closing zero.
  var wire: (bytes: [UInt8]?, length: Int32, format: Int32) {
    switch self {
    case .null: (nil, 0, 0)
    case .text(let text): (Array(text.utf8) + [0], Int32(text.utf8.count), 0)
    case .bytes(let bytes): (bytes + [0], Int32(bytes.count), 1)
    }
  }
}
