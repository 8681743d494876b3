/// Reads a JSON text (RFC 8259) as PostgreSQL's jsonb will, to refuse before the INSERT what would fail the transaction,
/// and to know the size that Kafka will see. It keeps nothing; bytes are valid UTF-8 already.
struct JSONCheck {
  static let depthLimit = 512
  /// Far within PostgreSQL's numeric; an exponent counts as its value, since jsonb writes numbers out.
  static let numberLimit = 10_000

  let bytes: [UInt8]
  var at = 0
  /// What jsonb prints: no space but one behind each comma and colon, and escapes only where needed.
  var printed = 0

  /// - Returns: the size in bytes when PostgreSQL prints it; keys that repeat count each time.
  static func printedSize(of bytes: [UInt8]) throws(JSONFault) -> Int {
    var check = JSONCheck(bytes: bytes)
    try check.value(depth: 0)
    guard check.peek() == nil else { throw .malformed(at: check.at) }
    return check.printed
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// The next byte that is no space.
  private mutating func peek() -> UInt8? {
    while at < bytes.count {
      switch bytes[at] {
      case 0x20, 0x09, 0x0A, 0x0D: at += 1
      default: return bytes[at]
      }
    }
    return nil
  }

  private mutating func value(depth: Int) throws(JSONFault) {
    switch peek() {
    case UInt8(ascii: "{"): try members(end: UInt8(ascii: "}"), depth: depth + 1)
    case UInt8(ascii: "["): try members(end: UInt8(ascii: "]"), depth: depth + 1)
    case UInt8(ascii: "\""): try string()
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    default: try number()
    }
  }

  /// An object or an array.
  private mutating func members(end: UInt8, depth: Int) throws(JSONFault) {
    guard depth <= Self.depthLimit else { throw .tooDeep(at: at) }
    at += 1
    printed += 2
    if peek() == end {
      at += 1
      return
    }
    while true {
      if end == UInt8(ascii: "}") { try key() }
      try value(depth: depth)
      guard let mark = peek(), mark == end || mark == UInt8(ascii: ",") else { throw .malformed(at: at) }
      at += 1
      if mark == end { return }
      printed += 2
    }
  }

  private mutating func key() throws(JSONFault) {
    guard peek() == UInt8(ascii: "\"") else { throw .malformed(at: at) }
    try string()
    guard peek() == UInt8(ascii: ":") else { throw .malformed(at: at) }
    at += 1
    printed += 2
  }

  private mutating func word(_ text: StaticString) throws(JSONFault) {
    let expected = Array("\(text)".utf8)
    guard bytes[at...].starts(with: expected) else { throw .malformed(at: at) }
    at += expected.count
    printed += expected.count
  }
}
