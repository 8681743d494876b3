/// A message's header fields and body, as they stand in its bytes.
struct MailFields {
  struct Field {
    /// In small letters.
    let name: String
    /// What follows the colon, its line breaks included, without the last one.
    let value: ArraySlice<UInt8>
  }

  private(set) var fields: [Field] = []
  let body: ArraySlice<UInt8>

  private static let (carriageReturn, lineFeed): (UInt8, UInt8) = (0x0D, 0x0A)

  /// - Throws: `badInput` for a line that does not end by CRLF, one that is no field, and a header without an end.
  init(_ message: [UInt8]) throws(SigningError) {
    var start = 0
    while true {
      var end = try Self.lineEnd(message, from: start)
      if end == start {
        body = message[(end + 2)...]
        return
      }
      while end + 2 < message.count, Self.isSpace(message[end + 2]) { end = try Self.lineEnd(message, from: end + 2) }
      fields.append(try Self.field(message[start..<end]))
      start = end + 2
    }
  }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  private static func lineEnd(_ message: [UInt8], from start: Int) throws(SigningError) -> Int {
    guard start < message.count,
      let end = message[start...].firstIndex(where: { $0 == carriageReturn || $0 == lineFeed }),
      end + 1 < message.count, message[end] == carriageReturn, message[end + 1] == lineFeed
    else { throw SigningError(.badInput, "the mail's header has a line that does not end by CRLF, or no end") }
    return end
  }

  private static func field(_ line: ArraySlice<UInt8>) throws(SigningError) -> Field {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
      line[..<colon].allSatisfy({ (0x21...0x7E).contains($0) })
    else { throw SigningError(.badInput, "the mail's header has a line that is no field") }
    return Field(
      name: String(decoding: line[..<colon], as: UTF8.self).lowercased(), value: line[line.index(after: colon)...])
  }
}
