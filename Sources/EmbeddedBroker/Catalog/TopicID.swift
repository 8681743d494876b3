/// A topic's id, made when the topic is: a topic made anew under an old name has another.
struct TopicID: Hashable, Sendable {
  var high: UInt64
  var low: UInt64

  static let none = TopicID(high: 0, low: 0)
}

extension TopicID {
  /// 32 hexadecimal digits.
  var text: String { Self.digits(high) + Self.digits(low) }

  private static func digits(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  init?(text: some StringProtocol) {
    guard text.utf8.count == 32, let high = UInt64(text.prefix(16), radix: 16),
      let low = UInt64(text.suffix(16), radix: 16)
    else { return nil }
    self.init(high: high, low: low)
  }
}
