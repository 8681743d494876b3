/// Reads JSON (RFC 8259) into a `JSONValue`: ten times as fast as by Codable, which a profile of the router asked for
/// (docs/decisions/0006-json-on-the-hot-path.md). Of members with one name the last counts, as in PostgreSQL's jsonb.
public struct JSONParser {
  /// Objects and lists within each other; what is deeper is refused, as reading goes down by recursion.
  public static let depthLimit = 512

  private let bytes: [UInt8]
  private var at = 0

  /// - Throws: where it ceases to be JSON.
  public static func parse(_ bytes: [UInt8]) throws(JSONParseError) -> JSONValue {
    var parser = JSONParser(bytes: bytes)
    let value = try parser.value(depth: 0)
    guard parser.peek() == nil else { throw parser.error }
    return value
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var error: JSONParseError { JSONParseError(offset: at) }

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

  private mutating func value(depth: Int) throws(JSONParseError) -> JSONValue {
    switch peek() {
    case UInt8(ascii: "\""): .text(try text())
    case UInt8(ascii: "{"): .object(try members(depth: depth + 1))
    case UInt8(ascii: "["): .list(try items(depth: depth + 1))
    case UInt8(ascii: "t"): try word("true", .bool(true))
    case UInt8(ascii: "f"): try word("false", .bool(false))
    case UInt8(ascii: "n"): try word("null", .null)
    default: .number(try number())
    }
  }

  private mutating func members(depth: Int) throws(JSONParseError) -> [String: JSONValue] {
    guard depth <= Self.depthLimit else { throw error }
    at += 1
    var members: [String: JSONValue] = [:]
    if take("}") { return members }
    repeat {
      guard peek() == UInt8(ascii: "\"") else { throw error }
      let name = try text()
      guard take(":") else { throw error }
      members[name] = try value(depth: depth)
    } while take(",")
    guard take("}") else { throw error }
    return members
  }

  private mutating func items(depth: Int) throws(JSONParseError) -> [JSONValue] {
    guard depth <= Self.depthLimit else { throw error }
    at += 1
    var items: [JSONValue] = []
    if take("]") { return items }
    repeat { items.append(try value(depth: depth)) } while take(",")
    guard take("]") else { throw error }
    return items
  }

  private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONParseError) -> JSONValue {
    for index in 0..<text.utf8CodeUnitCount {
      guard at < bytes.count, bytes[at] == Self.byte(of: text, index) else { throw error }
      at += 1
    }
    return value
  }

  private static func byte(of text: StaticString, _ index: Int) -> UInt8 {
    text.withUTF8Buffer { $0[index] }
  }
}

/// It is no JSON.
public struct JSONParseError: Error, Equatable, Sendable {
  /// The byte at which it ceases to be.
  public let offset: Int
}

extension JSONParser {
  private mutating func text() throws(JSONParseError) -> String {
    at += 1
    let start = at
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\""):
        defer { at += 1 }
        return try Self.text(bytes[start..<at], at: start)
      case UInt8(ascii: "\\"): return try escapedText(from: start)
      case ..<0x20: throw error
      default: at += 1
      }
    }
    throw error
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
      case ..<0x20: throw error
      case let byte:
        plain.append(byte)
        at += 1
      }
    }
    throw error
  }

  private mutating func escape() throws(JSONParseError) -> String {
    guard at + 1 < bytes.count else { throw error }
    at += 2
    switch bytes[at - 1] {
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return String(UnicodeScalar(bytes[at - 1]))
    case UInt8(ascii: "u"): return String(try scalar())
    default: throw error
    }
  }

  /// One that is written as its code, or as two for what is beyond the first plane.
  private mutating func scalar() throws(JSONParseError) -> Unicode.Scalar {
    let first = try codeUnit()
    guard (0xD800...0xDFFF).contains(first) else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
    guard first < 0xDC00, at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u")
    else { throw error }
    at += 2
    let second = try codeUnit()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw error }
    return scalar
  }

  private mutating func codeUnit() throws(JSONParseError) -> UInt32 {
    guard at + 4 <= bytes.count else { throw error }
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(UnicodeScalar(bytes[at])).hexDigitValue else { throw error }
      unit = unit << 4 | UInt32(digit)
      at += 1
    }
    return unit
  }

  /// As it is written.
  private mutating func number() throws(JSONParseError) -> String {
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
    guard at > start else { throw error }
  }
}
