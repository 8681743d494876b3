/// JSON's string literals over bytes.
enum JSONString {
  /// Reads the literal whose opening quote is at `start` into `out`, unescaped; returns the offset after it.
  /// A lone surrogate, which PostgreSQL's `json` accepts, becomes U+FFFD.
  static func read(_ text: RawSpan, _ start: Int, into out: inout [UInt8]) throws(HeaderScanner.Fault) -> Int {
    out.removeAll(keepingCapacity: true)
    guard start < text.byteCount, text.byte(start) == UInt8(ascii: "\"") else { throw .malformed(offset: start) }
    var at = start + 1
    while at < text.byteCount {
      let byte = text.byte(at)
      if byte == UInt8(ascii: "\"") { return at + 1 }
      if byte == UInt8(ascii: "\\") {
        at = try unescape(text, at, into: &out)
      } else {
        guard byte >= 0x20 else { throw .malformed(offset: at) }
        out.append(byte)
        at += 1
      }
    }
    throw .malformed(offset: at)
  }

  /// The offset after the literal at `start`.
  static func skip(_ text: RawSpan, _ start: Int) throws(HeaderScanner.Fault) -> Int {
    var at = start + 1
    while at < text.byteCount {
      let byte = text.byte(at)
      if byte == UInt8(ascii: "\"") { return at + 1 }
      at += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    throw .malformed(offset: text.byteCount)
  }

  /// Appends `text` as a literal with its quotes.
  static func append(_ text: String, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
      case 0..<0x20: out += Array("\\u00".utf8) + [hexDigit(byte >> 4), hexDigit(byte & 15)]
      default: out.append(byte)
      }
    }
    out.append(UInt8(ascii: "\""))
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x61 + value - 10 }

  /// One escape, whose backslash is at `start`.
  private static func unescape(
    _ text: RawSpan, _ start: Int, into out: inout [UInt8]
  ) throws(HeaderScanner.Fault) -> Int {
    guard start + 1 < text.byteCount else { throw .malformed(offset: start) }
    let mark = text.byte(start + 1)
    if mark == UInt8(ascii: "u") { return try unescapeUnicode(text, start, into: &out) }
    guard let plain = plainEscape(mark) else { throw .malformed(offset: start) }
    out.append(plain)
    return start + 2
  }

  private static func plainEscape(_ mark: UInt8) -> UInt8? {
    switch mark {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): mark
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: nil
    }
  }

  private static func unescapeUnicode(
    _ text: RawSpan, _ start: Int, into out: inout [UInt8]
  ) throws(HeaderScanner.Fault) -> Int {
    guard let unit = codeUnit(text, start) else { throw .malformed(offset: start) }
    var scalar = UInt32(unit)
    var end = start + 6
    if unit & 0xFC00 == 0xD800, let low = codeUnit(text, end), low & 0xFC00 == 0xDC00 {
      scalar = 0x10000 + (UInt32(unit & 0x3FF) << 10) + UInt32(low & 0x3FF)
      end += 6
    }
    out.append(contentsOf: UTF8.encode(Unicode.Scalar(scalar) ?? "\u{FFFD}")!)
    return end
  }

  /// The four hex digits of a `\uXXXX` at `start`; nil when it is none.
  private static func codeUnit(_ text: RawSpan, _ start: Int) -> UInt16? {
    guard start + 6 <= text.byteCount, text.byte(start) == UInt8(ascii: "\\"),
      text.byte(start + 1) == UInt8(ascii: "u")
    else { return nil }
    var value: UInt16 = 0
    for offset in start + 2..<start + 6 {
      guard let digit = Character(Unicode.Scalar(text.byte(offset))).hexDigitValue else { return nil }
      value = value << 4 | UInt16(digit)
    }
    return value
  }
}
