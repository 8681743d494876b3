/// RFC 2045, section 6.7, of text whose lines end by CRLF.
enum QuotedPrintable {
  /// With the `=` of a line that goes on, 76.
  private static let longestLine = 75
  private static let digits = Array("0123456789ABCDEF".utf8)

  /// Whether it is shorter than base 64, which is a third more than the text.
  static func isShort(_ text: [UInt8]) -> Bool {
    let escaped = text.count { !isLiteral($0) && $0 != 0x0D && $0 != 0x0A }
    return escaped * 6 <= text.count
  }

  static func encode(_ text: [UInt8]) -> [UInt8] {
    var encoded: [UInt8] = []
    encoded.reserveCapacity(text.count + text.count / 16)
    var (place, column) = (0, 0)
    while place < text.count {
      if isBreak(text, at: place) {
        encoded += [0x0D, 0x0A]
        (place, column) = (place + 2, 0)
        continue
      }
      if column + width(text, at: place, column) > longestLine {
        encoded += [UInt8(ascii: "="), 0x0D, 0x0A]
        column = 0
      }
      let width = width(text, at: place, column)
      let byte = text[place]
      if width == 1 {
        encoded.append(byte)
      } else {
        encoded += [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
      (place, column) = (place + 1, column + width)
    }
    return encoded
  }

  private static func width(_ text: [UInt8], at place: Int, _ column: Int) -> Int {
    let byte = text[place]
    guard isLiteral(byte) else { return 3 }
    // Servers may take away spaces at a line's end.
    if byte == 0x20 || byte == 0x09 { return place + 1 == text.count || isBreak(text, at: place + 1) ? 3 : 1 }
    // A dot alone ends a mail in SMTP, and "From " begins one in mbox files: who fails to escape them breaks signatures.
    guard column == 0 else { return 1 }
    return byte == UInt8(ascii: ".") || text[place...].starts(with: Array("From ".utf8)) ? 3 : 1
  }

  private static func isBreak(_ text: [UInt8], at place: Int) -> Bool {
    text[place] == 0x0D && place + 1 < text.count && text[place + 1] == 0x0A
  }

  private static func isLiteral(_ byte: UInt8) -> Bool {
    (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "=") || byte == 0x09
  }
}
