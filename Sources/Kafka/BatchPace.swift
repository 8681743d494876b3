/// When records become a batch: at once where enough are there, else after a rest, which begins with the batch before or,
/// after quiet times, with the first record. The rest is as long as enough records take to come, by the last batches.
struct BatchPace: Sendable {
  /// Monotonic nanoseconds; nil: nothing has come since the last rest.
  private(set) var restsUntil: Int64?
  private var takenAt: Int64 = 0
  /// Nanoseconds between two records, lately.
  private var interval: Int64 = 0

  /// To be asked whenever something may have come.
  /// - Parameters:
  ///   - count: of records that wait.
  ///   - linger: the longest rest.
  ///   - now: monotonic nanoseconds.
  /// - Returns: true where they are to be taken now.
  mutating func isRipe(_ count: Int, linger: Duration, enough: Int, now: Int64) -> Bool {
    let longest = Int64(linger / .nanoseconds(1))
    let isRested = restsUntil.map { now >= $0 } ?? (longest == 0)
    if count == 0 {
      if isRested { restsUntil = nil }
      return false
    }
    guard count >= enough || isRested else {
      restsUntil = restsUntil ?? now + longest
      return false
    }
    interval = (interval * 3 + min(longest, (now - takenAt) / Int64(count))) / 4
    restsUntil = now + min(longest, interval * Int64(enough))
    takenAt = now
    return true
  }
}
