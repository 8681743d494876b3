/// Decides when Kafka gets what waits without lingering. Times are monotonic nanoseconds.
///
/// A backlog comes row by row, each written by the server for itself, so that a fast reader finds the socket empty again
/// and again in the middle of it. Who sent at once each time would hand Kafka tiny batches, and its broker most of the
/// work. So a stream that brought many rows counts as quiet only after a moment without any; few rows wait for nothing.
struct ReadPace {
  /// From so many unsent rows on the stream counts as busy.
  static let busyRows = 16
  /// How long a busy stream must bring nothing until what waits is sent: what a burst's last row is late at most.
  static let quietNanoseconds: Int64 = 300_000

  /// How long a busy stream is left alone between two looks: its rows come in dozens then, and the server, which writes
  /// each for itself, does not wake us for each. A Unix socket holds some 160 of them.
  static let restNanoseconds: Int64 = 50_000

  private var unsent = 0
  private var quietAt: Int64 = 0

  /// Many rows came, and more will.
  var isBusy: Bool { unsent >= Self.busyRows }

  /// The time until a busy stream counts as quiet; nil when nothing waits for that.
  func untilQuiet(now: Int64) -> Int64? { unsent > 0 ? max(0, quietAt - now) : nil }

  /// One turn on the socket brought `rows`.
  /// - Parameter isDry: it took all that had arrived.
  /// - Returns: true when Kafka should get what waits at once.
  mutating func didRead(rows: Int, isDry: Bool, now: Int64) -> Bool {
    unsent += rows
    if rows > 0 { quietAt = now + Self.quietNanoseconds }
    guard isDry, unsent > 0, unsent < Self.busyRows || now >= quietAt else { return false }
    unsent = 0
    return true
  }
}
