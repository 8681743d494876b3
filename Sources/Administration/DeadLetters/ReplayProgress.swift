/// How far a replay is: a bar on a terminal, a line for each tenth elsewhere.
public struct ReplayProgress: Sendable {
  private let total: Int
  private let isTerminal: Bool
  private var tenths = 0
  private var hasBar = false

  public init(total: Int, isTerminal: Bool) { (self.total, self.isTerminal) = (total, isTerminal) }

  /// What to print once so many are done; nil: nothing.
  public mutating func text(_ done: Int) -> String? {
    let share = total > 0 ? min(1, Double(done) / Double(total)) : 1
    if isTerminal {
      hasBar = true
      let filled = Int(share * 30)
      let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
      return "\r[\(bar)] \(done) of \(total)"
    }
    let reached = Int(share * 10)
    guard reached > tenths else { return nil }
    tenths = reached
    return "\(done) of \(total)\n"
  }

  /// Ends the bar's line; nil where there is none.
  public var end: String? { hasBar ? "\n" : nil }
}
