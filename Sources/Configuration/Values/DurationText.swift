/// Durations as people write them: `500ms`, `10s`, `1h30m`, `7d`, `0`.
public enum DurationText {
  private static let units: [(name: String, nanoseconds: Int)] = [
    ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
    ("ms", 1_000_000), ("us", 1_000), ("ns", 1),
  ]

  /// Nil when `text` is no duration: also for a number without a unit (but 0), and for units out of order.
  public static func parse(_ text: String) -> Duration? {
    if text == "0" { return .zero }
    var rest = text[...]
    var sum = 0
    var last = Int.max
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      let name = rest[digits.endIndex...].prefix { $0.isLetter }
      guard let number = Int(digits), let unit = units.first(where: { $0.name == name }), unit.nanoseconds < last
      else { return nil }
      let (part, tooLarge) = number.multipliedReportingOverflow(by: unit.nanoseconds)
      let (total, overflow) = sum.addingReportingOverflow(part)
      if tooLarge || overflow { return nil }
      (sum, last, rest) = (total, unit.nanoseconds, rest[name.endIndex...])
    }
    return text.isEmpty ? nil : .nanoseconds(sum)
  }

  /// In the largest unit without a remainder.
  static func text(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
    let unit = units.first { nanoseconds != 0 && nanoseconds % $0.nanoseconds == 0 } ?? units[3]
    return "\(nanoseconds / unit.nanoseconds)\(unit.name)"
  }
}
