/// Where in a mail's way something may go wrong.
public enum SMTPStep: String, Sendable, CaseIterable {
  /// A new connection.
  case connect
  case hello
  case startTLS
  case authentication
  case mail
  case recipient
  case data
  /// The whole mail is there.
  case endOfData
}

/// One or more lines of one code, and what becomes of the connection then.
struct SMTPReply: Equatable {
  enum Next: Equatable {
    case goOn
    case startTLS
    case end
  }

  var code: Int
  var lines: [String]
  var next = Next.goOn

  /// - Parameter status: an enhanced one, as 2.1.0.
  init(_ code: Int, _ status: String, _ text: String, _ next: Next = .goOn) {
    self.init(code, "\(status) \(text)", next)
  }

  init(_ code: Int, _ text: String, _ next: Next = .goOn) {
    (self.code, self.next) = (code, next)
    lines = [text]
  }

  init(_ code: Int, lines: [String]) { (self.code, self.lines) = (code, lines) }

  var bytes: [UInt8] {
    lines.enumerated().flatMap { index, line in
      Array("\(code)\(index == lines.count - 1 ? " " : "-")\(line)\r\n".utf8)
    }
  }
}
