/// Reads JSON (RFC 8259) piece by piece, as it stands, and keeps nothing of it: who knows what to expect needs no tree of
/// it. It belongs to one reading; after an error it is of no more use.
public struct JSONReader {
  /// Objects and lists within each other; what is deeper is refused, as reading goes down by recursion.
  public static let depthLimit = 512

  /// What comes next, told by its first byte.
  public enum Kind: Sendable { case text, object, list, flag, null, number }

  private let bytes: [UInt8]
  private var at = 0
  private var depth = 0

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Here it ceases to be JSON, or what is expected.
  public var fault: JSONParseError { JSONParseError(offset: at) }

  /// What is no JSON at all counts as a number, which it then is not.
  public var kind: Kind {
    mutating get {
      switch peek() {
      case UInt8(ascii: "\""): .text
      case UInt8(ascii: "{"): .object
      case UInt8(ascii: "["): .list
      case UInt8(ascii: "t"), UInt8(ascii: "f"): .flag
      case UInt8(ascii: "n"): .null
      default: .number
      }
    }
  }

  /// An object; the body reads each member's value, all of it.
  public mutating func members(
    _ body: (inout JSONReader, String) throws(JSONParseError) -> Void
  ) throws(JSONParseError) {
    try open("{")
    if close("}") { return }
    repeat {
      let name = try text()
      guard take(":") else { throw fault }
      try body(&self, name)
    } while take(",")
    guard close("}") else { throw fault }
  }

  /// A list; the body reads each item, all of it.
  public mutating func items(_ body: (inout JSONReader) throws(JSONParseError) -> Void) throws(JSONParseError) {
    try open("[")
    if close("]") { return }
    repeat { try body(&self) } while take(",")
    guard close("]") else { throw fault }
  }

  /// Takes a null; false where something else comes.
  public mutating func null() throws(JSONParseError) -> Bool {
    guard peek() == UInt8(ascii: "n") else { return false }
    try word("null")
    return true
  }

  public mutating func flag() throws(JSONParseError) -> Bool {
    let flag = peek() == UInt8(ascii: "t")
    try word(flag ? "true" : "false")
    return flag
  }

  /// A whole number, in whatever way it is written.
  public mutating func integer() throws(JSONParseError) -> Int64 {
    let text = try number()
    guard let number = Int64(text) ?? Double(text).flatMap({ Int64(exactly: $0) }) else { throw fault }
    return number
  }

  public mutating func time() throws(JSONParseError) -> UnixTime { UnixTime(milliseconds: try integer()) }

  /// One of some words.
  public mutating func word<Word: RawRepresentable<String>>() throws(JSONParseError) -> Word {
    guard let word = Word(rawValue: try text()) else { throw fault }
    return word
  }

  /// Passes over a value, whatever it is.
  public mutating func skip() throws(JSONParseError) {
    switch kind {
    case .text: _ = try text()
    case .object: try members { json, _ throws(JSONParseError) in try json.skip() }
    case .list: try items { json throws(JSONParseError) in try json.skip() }
    case .flag: _ = try flag()
    case .null: _ = try null()
    case .number: _ = try number()
    }
  }

  /// - Throws: where something follows.
  public mutating func end() throws(JSONParseError) {
    guard peek() == nil else { throw fault }
  }
}

extension JSONReader {
  /// The next byte that is no space.
  private mutating func peek() -> UInt8? {
    while at < bytes.count {
      switch bytes[at] {
      case 0x20, 0x09, 0x0A, 0x0D: at += 1
      case let byte: return byte
      }
    }
    return nil
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(character.value) else { return false }
    at += 1
    return true
  }

  private mutating func open(_ character: Unicode.Scalar) throws(JSONParseError) {
    depth += 1
    guard depth <= Self.depthLimit, take(character) else { throw fault }
  }

  private mutating func close(_ character: Unicode.Scalar) -> Bool {
    guard take(character) else { return false }
    depth -= 1
    return true
  }

  private mutating func word(_ text: StaticString) throws(JSONParseError) {
    for index in 0..<text.utf8CodeUnitCount {
      guard at < bytes.count, bytes[at] == Self.byte(of: text, index) else { throw fault }
      at += 1
    }
  }

  private static func byte(of text: StaticString, _ index: Int) -> UInt8 {
    text.withUTF8Buffer { $0[index] }
  }
}

extension JSONReader {
  public mutating func text() throws(JSONParseError) -> String {
    guard take("\"") else { throw fault }
    let start = at
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\""):
        defer { at += 1 }
        return try Self.text(bytes[start..<at], at: start)
      case UInt8(ascii: "\\"): return try escapedText(from: start)
      case ..<0x20: throw fault
      default: at += 1
      }
    }
    throw fault
  }

  private static func text(_ bytes: ArraySlice<UInt8>, at start: Int) throws(JSONParseError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw JSONParseError(offset: start) }
    return text
  }

  /// One with escapes, which is put together byte by byte.
  private mutating func escapedText(from start: Int) throws(JSONParseError) -> String {
    var plain = Array(bytes[start..<at])
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\""):
        at += 1
        return try Self.text(plain[...], at: start)
      case UInt8(ascii: "\\"): plain += try escape().utf8
      case ..<0x20: throw fault
      case let byte:
        plain.append(byte)
        at += 1
      }
    }
    throw fault
  }

  private mutating func escape() throws(JSONParseError) -> String {
    guard at + 1 < bytes.count else { throw fault }
    at += 2
    switch bytes[at - 1] {
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return String(UnicodeScalar(bytes[at - 1]))
    case UInt8(ascii: "u"): return String(try scalar())
    default: throw fault
    }
  }

  /// One that is written as its code, or as two for what is beyond the first plane.
  private mutating func scalar() throws(JSONParseError) -> Unicode.Scalar {
    let first = try codeUnit()
    guard (0xD800...0xDFFF).contains(first) else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
    guard first < 0xDC00, at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u")
    else { throw fault }
    at += 2
    let second = try codeUnit()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw fault }
    return scalar
  }

  private mutating func codeUnit() throws(JSONParseError) -> UInt32 {
    guard at + 4 <= bytes.count else { throw fault }
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(UnicodeScalar(bytes[at])).hexDigitValue else { throw fault }
      unit = unit << 4 | UInt32(digit)
      at += 1
    }
    return unit
  }

  /// As it is written.
  public mutating func number() throws(JSONParseError) -> String {
    _ = peek()
    let start = at
    if at < bytes.count, bytes[at] == UInt8(ascii: "-") { at += 1 }
    if at < bytes.count, bytes[at] == UInt8(ascii: "0") { at += 1 } else { try digits() }
    if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
      at += 1
      try digits()
    }
    if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
      try digits()
    }
    return String(decoding: bytes[start..<at], as: UTF8.self)
  }

  private mutating func digits() throws(JSONParseError) {
    let start = at
    while at < bytes.count, (0x30...0x39).contains(bytes[at]) { at += 1 }
    guard at > start else { throw fault }
  }
}
