import Synchronization

/// Asks a thread to finish; set once, from any thread.
public final class StopRequest: Sendable {
  /// Readable once it is asked.
  public let signal = WakeSignal()
  private let deadlineNanoseconds = Atomic<Int64>(0)

  public init() {}

  public var isRequested: Bool { deadlineNanoseconds.load(ordering: .acquiring) != 0 }

  /// Monotonic nanoseconds; past it what is in flight is left for the next start.
  public var deadline: Int64 { deadlineNanoseconds.load(ordering: .acquiring) }

  public func request(within duration: Duration) {
    let nanoseconds = duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000
    deadlineNanoseconds.store(SystemTime.monotonicNanoseconds() + nanoseconds, ordering: .releasing)
    signal.signal()
  }
}
