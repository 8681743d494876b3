import Worker

/// A mail's header, line by line, of printable ASCII alone.
struct HeaderLines {
  private(set) var bytes: [UInt8] = []
  /// RFC 2047 allows 76 where RFC 5322 recommends 78.
  private static let longestLine = 76

  mutating func add(_ name: String, _ value: String) throws(SendFailure) { try add(name, parts: [value]) }

  /// Parts with a space or, where a line would be too long, a fold between them.
  /// - Throws: `permanent`, for anything that could end the line. It is meant to be checked before; here it cannot pass.
  mutating func add(_ name: String, parts: [String]) throws(SendFailure) {
    guard parts.allSatisfy({ $0.utf8.allSatisfy { (0x20...0x7E).contains($0) } }) else {
      throw SendFailure(.permanent, code: "BAD_HEADER")
    }
    bytes += "\(name):".utf8
    var column = name.utf8.count + 1
    for (index, part) in parts.enumerated() {
      // The first stays with the name: some readers take a line without a value for a field without one.
      if index > 0, column + 1 + part.utf8.count > Self.longestLine {
        bytes += "\r\n".utf8
        column = 0
      }
      bytes += " \(part)".utf8
      column += 1 + part.utf8.count
    }
    bytes += "\r\n".utf8
  }

  /// Text that people read.
  mutating func add(_ name: String, text: String) throws(SendFailure) {
    let text = Self.cleaned(text)
    try add(name, parts: Self.plainWords(text) ?? EncodedWord.words(text, room: Self.room(name)))
  }

  /// A mailbox with the name that people see.
  mutating func add(_ name: String, mailbox: MailAddress, displayName: String?) throws(SendFailure) {
    let shown = Self.cleaned(displayName ?? "")
    if shown.isEmpty { return try add(name, mailbox.text) }
    // Within quotes nothing is encoded, but many readers decode it there as well.
    let isPlain = shown.utf8.allSatisfy { (0x20...0x7E).contains($0) } && shown.utf8.count <= 60
    let phrase =
      isPlain && !shown.contains("=?")
      ? ["\"" + shown.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""]
      : EncodedWord.words(shown, room: Self.room(name))
    try add(name, parts: phrase + ["<\(mailbox.text)>"])
  }

  private static func room(_ name: String) -> Int { longestLine - name.utf8.count - 2 }

  /// Words that can stand as they are and come back as they were; nil where they must be encoded.
  private static func plainWords(_ text: String) -> [String]? {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    let isPlain = words.allSatisfy { word in
      (1...60).contains(word.utf8.count) && word.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
    return isPlain && !text.contains("=?") ? words.map(String.init) : nil
  }

  /// One space for each run of what breaks lines or moves a cursor, also within encoded words: who decodes them may take
  /// the outcome for a header.
  static func cleaned(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    return text.unicodeScalars.split(whereSeparator: isControl).map { String($0) }.joined(separator: " ")
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
