/// An enhanced status code, as 5.1.1 (RFC 3463).
public struct SMTPStatus: Sendable, Equatable, CustomStringConvertible {
  /// 2, 4 or 5, as the reply code's first digit.
  public var kind: Int
  /// As 1: addressing. Up to 999.
  public var subject: Int
  /// Up to 999.
  public var detail: Int

  public init(_ kind: Int, _ subject: Int, _ detail: Int) {
    (self.kind, self.subject, self.detail) = (kind, subject, detail)
  }

  public var description: String { "\(kind).\(subject).\(detail)" }

  /// - Parameter text: that starts with it, behind which there is a space or nothing.
  init?(_ text: ArraySlice<UInt8>) {
    let word = text.prefix { $0 != 0x20 && $0 != 0x09 }
    let parts = word.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].count == 1 else { return nil }
    let numbers = parts.compactMap { Self.number($0) }
    guard numbers.count == 3, [2, 4, 5].contains(numbers[0]) else { return nil }
    self.init(numbers[0], numbers[1], numbers[2])
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }
}

/// What a server answers to a command, in one line or more.
struct SMTPReply: Equatable {
  let code: Int
  /// The first that a line starts with. One of another kind than the code is none (RFC 2034).
  private(set) var status: SMTPStatus?
  /// Of the last line, behind code and status.
  private(set) var text: String
  private(set) var isWhole: Bool

  static let textLimit = 200

  /// - Parameter line: with or without its end.
  init?(line: some BidirectionalCollection<UInt8>) {
    let bytes = Array(line).trimmingEnd()
    guard bytes.count >= 3, bytes[..<3].allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    guard bytes.count == 3 || bytes[3] == 0x20 || bytes[3] == UInt8(ascii: "-") else { return nil }
    code = bytes[..<3].reduce(0) { $0 * 10 + Int($1 - 0x30) }
    isWhole = bytes.count == 3 || bytes[3] == 0x20
    let rest = bytes.dropFirst(4)
    let found = SMTPStatus(rest)
    status = found?.kind == code / 100 ? found : nil
    let words = found == nil ? rest : rest.drop { $0 != 0x20 }.dropFirst()
    text = String(decoding: words.prefix(Self.textLimit).filter { (0x20...0x7E).contains($0) }, as: UTF8.self)
  }

  /// A further line.
  mutating func add(_ line: SMTPReply) {
    status = status ?? line.status
    (text, isWhole) = (line.text, line.isWhole)
  }
}

extension [UInt8] {
  fileprivate func trimmingEnd() -> ArraySlice<UInt8> {
    prefix((lastIndex { $0 != 0x0D && $0 != 0x0A } ?? -1) + 1)
  }
}
