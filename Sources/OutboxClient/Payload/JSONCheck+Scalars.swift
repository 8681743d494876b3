extension JSONCheck {
  mutating func number() throws(JSONFault) {
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
  mutating func string() throws(JSONFault) {
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
