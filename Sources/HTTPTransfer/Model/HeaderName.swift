/// A header that is looked for in answers: most of them hold several that nobody asks for.
struct HeaderName {
  /// In small letters.
  let text: String
  private let bytes: [UInt8]

  init(_ text: String) { (self.text, bytes) = (text, Array(text.utf8)) }

  /// Whether a line's name is this one, in letters of whatever size.
  func isName(_ name: some RandomAccessCollection<UInt8>) -> Bool {
    name.count == bytes.count
      && zip(name, bytes).allSatisfy { $0 == $1 || (0x41...0x5A).contains($0) && $0 | 0x20 == $1 }
  }

  /// What stands behind the colon, without the spaces around it.
  static func value(_ line: some BidirectionalCollection<UInt8>) -> String {
    let start = line.drop(while: isSpace)
    guard let last = start.lastIndex(where: { !isSpace($0) }) else { return "" }
    return String(decoding: start[...last], as: UTF8.self)
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
