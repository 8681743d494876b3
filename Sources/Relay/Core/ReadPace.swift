/// Decides when the socket is looked at again, and when Kafka gets what waits without lingering. Times are monotonic
/// nanoseconds.
///
/// A server that sends a backlog writes each row by itself. Whoever woke up for every one of them would spend two
/// context switches a row and hand Kafka tiny batches; so after a turn that brought many rows the next one waits a
/// little, and what arrived meanwhile comes in one go. After a turn that brought few, nothing waits for anything.
struct ReadPace {
  /// From so many rows a turn on the stream counts as busy.
  static let busyRows = 16
  /// How long a busy stream is left to gather: what a row waits at most before it is read.
  static let pauseNanoseconds: Int64 = 500_000

  private var readsAt: Int64 = 0
  private var hasUnsent = false

  /// False during a pause.
  func mayRead(now: Int64) -> Bool { now >= readsAt }

  /// What is left of the pause; nil when the socket is to be watched.
  func pause(now: Int64) -> Int64? { now < readsAt ? readsAt - now : nil }

  /// One turn brought `rows`.
  /// - Parameter isDry: it took all that had arrived.
  /// - Returns: true when Kafka should get what waits at once.
  mutating func didRead(rows: Int, isDry: Bool, now: Int64) -> Bool {
    if rows > 0 { hasUnsent = true }
    guard isDry else { return false }
    guard rows < Self.busyRows else {
      readsAt = now + Self.pauseNanoseconds
      return false
    }
    defer { hasUnsent = false }
    return hasUnsent
  }
}
