/// A site's figures for a terminal. Pure: the same figures give the same lines.
public enum FiguresText {
  /// One line, for a log or a pipe.
  /// - Parameter roles: what is not at work, by role; empty when all is well.
  public static func line(_ figures: SiteFigures, seconds: Int, roles: [String: String]) -> String {
    let parts = [
      "\(clock(seconds))", "rows \(figures.rows)", "events \(figures.events)", "deliveries \(figures.deliveries)",
      "sent \(figures.sent)", "retrying \(figures.retrying)", "suppressed \(figures.suppressions)",
      "parked \(figures.parked)", "waiting \(figures.waiting)",
    ]
    return (parts + roles.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }).joined(separator: "  ")
  }

  /// The page that a terminal shows, each line cut to its width.
  public static func page(
    _ figures: SiteFigures, seconds: Int, roles: [String: String], width: Int = 80
  ) -> [String] {
    let state = roles.isEmpty ? "all roles work" : "\(roles.count) not at work"
    var lines = [
      "bongsu dev  \(clock(seconds))  \(state)", "",
      row("outbox rows", figures.rows, "p99 \(time(figures.relayP99)) from commit to Kafka"),
      row("events routed", figures.events, "p99 \(time(figures.routerP99))"),
      row("suppressed", figures.suppressions, reasons(figures.suppressed)),
      row("parked", figures.parked, figures.deadLetters == 0 ? "" : "\(figures.deadLetters) events were refused"), "",
      "  " + left("", 14) + ["deliveries", "sent", "retrying", "failed", "p99"].map { right($0, 11) }.joined(),
    ]
    for name in SiteFigures.channelNames { lines.append(channel(name, figures.channels[name] ?? .init())) }
    lines += ["", "  waiting: " + waiting(figures.lag)]
    lines += roles.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }
    return lines.map { String($0.prefix(max(width, 20))) }
  }

  private static func row(_ name: String, _ count: Int, _ more: String) -> String {
    "  " + left(name, 14) + right(grouped(count), 11) + (more.isEmpty ? "" : "   \(more)")
  }

  private static func channel(_ name: String, _ channel: SiteFigures.Channel) -> String {
    let numbers = [channel.deliveries, channel.sent, channel.retrying, channel.failed].map(grouped)
    return "  " + left(name, 14) + (numbers + [time(channel.p99)]).map { right($0, 11) }.joined()
  }

  private static func waiting(_ lag: [String: Int]?) -> String {
    guard let lag else { return "ask your Kafka" }
    let some = lag.filter { $0.value > 0 }.sorted { $0.key < $1.key }
    return some.isEmpty ? "nothing" : some.map { "\($0.key) \(grouped($0.value))" }.joined(separator: ", ")
  }

  private static func reasons(_ reasons: [String: Int]) -> String {
    reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \(grouped($0.value))" }
      .joined(separator: ", ")
  }

  /// A bucket's bound: what is measured is at most that.
  static func time(_ seconds: Double?) -> String {
    guard let seconds else { return "-" }
    if seconds.isInfinite { return "> 1 min" }
    if seconds < 1 {
      let milliseconds = seconds * 1_000
      let isWhole = milliseconds == milliseconds.rounded()
      return "\(isWhole ? "\(Int(milliseconds))" : "\(milliseconds)") ms"
    }
    return seconds == seconds.rounded() ? "\(Int(seconds)) s" : "\(seconds) s"
  }

  static func clock(_ seconds: Int) -> String {
    let parts = [seconds / 3_600, seconds / 60 % 60, seconds % 60]
    return parts.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
  }

  /// 1234567 as 1,234,567.
  static func grouped(_ number: Int) -> String {
    var digits = Array("\(abs(number))")
    for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
    return (number < 0 ? "-" : "") + String(digits)
  }

  static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
