import Runtime
import Synchronization

/// The machine's time, and what a test has let pass on top of it.
final class SimulatorClock: Sendable {
  private let ahead = Atomic<Int64>(0)

  func advance(by time: Duration) {
    ahead.add(time.nanoseconds / 1_000_000, ordering: .relaxed)
  }

  /// Milliseconds since 1970.
  var milliseconds: Int64 { SystemTime.unixMicroseconds() / 1_000 + ahead.load(ordering: .relaxed) }
}
