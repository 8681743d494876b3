import Runtime
import Synchronization

/// Asks a source's thread to finish; set once, from any thread.
final class StopRequest: Sendable {
  let signal = WakeSignal()
  private let deadlineNanoseconds = Atomic<Int64>(0)

  var isRequested: Bool { deadlineNanoseconds.load(ordering: .acquiring) != 0 }

  /// Monotonic nanoseconds; past it what is in flight is left for the next start.
  var deadline: Int64 { deadlineNanoseconds.load(ordering: .acquiring) }

  func request(within duration: Duration) {
    let nanoseconds = duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000
    deadlineNanoseconds.store(SystemTime.monotonicNanoseconds() + nanoseconds, ordering: .releasing)
    signal.signal()
  }
}
