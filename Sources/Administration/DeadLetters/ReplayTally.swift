public import DeadLetters

/// What a replay came to.
public struct ReplayTally: Sendable, Equatable {
  public var replayed = 0
  /// By the topic that they went to.
  public var topics: [String: Int] = [:]
  public var refused: [ReplayRefusal: Int] = [:]
  /// Of which an earlier replay, that was cut off, has come to an end: they are marked and not sent.
  public var settled = 0
  /// What to type by outbox, where one does not let its rows be read.
  public var grants: [String: String] = [:]
  /// Of which only a pointer was parked, by where their records were read: a topic, or `outbox`.
  public var reread: [String: Int] = [:]
  /// The signal that ended it early.
  public var signal: Int32?

  public var seen: Int { replayed + settled + refused.values.reduce(0, +) }

  public init() {}

  /// Such lines as `notification.sms  120`.
  public func text(verb: String) -> String {
    var lines = ["\(verb) \(replayed)"]
    lines += topics.sorted { $0.key < $1.key }.map { "  \($0.key)  \($0.value)" }
    if settled > 0 { lines.append("not sent, as the log has what became of a replay before: \(settled)") }
    lines += reread.sorted { $0.key < $1.key }.map { "of them only pointers, read again from \($0.key)  \($0.value)" }
    for (reason, count) in refused.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      lines.append("left as they are, \(reason.rawValue): \(count): \(reason.explanation)")
    }
    lines += grants.sorted { $0.key < $1.key }.map { "outbox \($0.key): \($0.value)" }
    return lines.joined(separator: "\n") + "\n"
  }
}
