/// Reads a JSON text (RFC 8259) as PostgreSQL's jsonb will, to refuse before the INSERT what would fail the transaction,
/// and to know the size that Kafka will see. It keeps nothing; bytes are valid UTF-8 already.
struct JSONCheck {
  static let depthLimit = 512
  /// Far within PostgreSQL's numeric; an exponent counts as its value, since jsonb writes numbers out.
  static let numberLimit = 10_000

  private let bytes: [UInt8]
  private var at = 0
  /// What jsonb prints: no space but one behind each comma and colon, and escapes only where needed.
  private var printed = 0

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

extension JSONCheck {
  private mutating func number() throws(JSONFault) {
    let start = at
    skip(UInt8(ascii: "-"))
    if skip(UInt8(ascii: "0")) == false { try digits() }
    if skip(UInt8(ascii: ".")) { try digits() }
    var exponent = 0
    if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
      if skip(UInt8(ascii: "+")) == false { skip(UInt8(ascii: "-")) }
      let first = at
      try digits()
      exponent = Int(String(decoding: bytes[first..<at], as: UTF8.self)) ?? .max
    }
    let (size, overflows) = (at - start).addingReportingOverflow(exponent)
    guard !overflows, size <= Self.numberLimit else { throw .numberOutOfRange(at: start) }
    printed += size
  }

  private mutating func digits() throws(JSONFault) {
    let start = at
    while at < bytes.count, (0x30...0x39).contains(bytes[at]) { at += 1 }
    guard at > start else { throw .malformed(at: at) }
  }

  @discardableResult
  private mutating func skip(_ byte: UInt8) -> Bool {
    guard at < bytes.count, bytes[at] == byte else { return false }
    at += 1
    return true
  }
}

extension JSONCheck {
  private mutating func string() throws(JSONFault) {
    at += 1
    printed += 2
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\""):
        at += 1
        return
      case UInt8(ascii: "\\"): try escape()
      case 0..<0x20: throw .malformed(at: at)
      default:
        at += 1
        printed += 1
      }
    }
    throw .malformed(at: at)
  }

  private mutating func escape() throws(JSONFault) {
    guard at + 1 < bytes.count else { throw .malformed(at: at) }
    switch bytes[at + 1] {
    case UInt8(ascii: "u"): try unicode()
    case UInt8(ascii: "/"):
      at += 2
      printed += 1
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
      UInt8(ascii: "r"), UInt8(ascii: "t"):
      at += 2
      printed += 2
    default: throw .malformed(at: at)
    }
  }

  private mutating func unicode() throws(JSONFault) {
    let start = at
    let unit = try codeUnit()
    switch unit {
    case 0: throw .zeroCharacter(at: start)
    case 0xD800...0xDBFF:
      guard at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u"),
        (0xDC00...0xDFFF).contains(try codeUnit())
      else { throw .loneSurrogate(at: start) }
      printed += 4
    case 0xDC00...0xDFFF: throw .loneSurrogate(at: start)
    case 1..<0x20: printed += 6
    case 0x22, 0x5C: printed += 2
    case ..<0x80: printed += 1
    case ..<0x800: printed += 2
    default: printed += 3
    }
  }

  /// The four digits behind `\u`.
  private mutating func codeUnit() throws(JSONFault) -> UInt16 {
    guard at + 6 <= bytes.count else { throw .malformed(at: at) }
    var unit: UInt16 = 0
    for byte in bytes[at + 2..<at + 6] {
      guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { throw .malformed(at: at) }
      unit = unit << 4 | UInt16(digit)
    }
    at += 6
    return unit
  }
}
