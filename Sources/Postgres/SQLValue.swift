/// A statement's parameter. PostgreSQL infers its type from the statement, and reads `text` in that type's text format
/// and `bytes` in its binary one, which for bytea is the bytes themselves.
public enum SQLValue: Sendable, Equatable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
  ExpressibleByNilLiteral, ExpressibleByIntegerLiteral
{
  case null
  case text(String)
  case bytes([UInt8])

  public init(stringLiteral value: String) { self = .text(value) }
  public init(nilLiteral: ()) { self = .null }
  public init(integerLiteral value: Int) { self = .text(String(value)) }
}
