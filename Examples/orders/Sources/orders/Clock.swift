import Glibc

enum Clock {
  /// Since 1970-01-01 UTC.
  static func microseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1_000
  }
}

/// Keeps a rate by a fixed schedule on the monotonic clock: what is late is caught up with, so that no slow transaction
/// thins out the load.
struct Pace {
  private let interval: Duration
  private var next = ContinuousClock.now

  /// - Parameter rate: a second.
  init(rate: Double) { interval = .seconds(1) / rate }

  mutating func wait() {
    let left = next - .now
    if left > .zero { usleep(UInt32(left / .microseconds(1))) }
    next += interval
  }
}
