import Synchronization

/// When a thread last came by; for health, which follows progress and not liveness.
public final class ThreadProgress: Sendable {
  /// A turn takes milliseconds, a wait between attempts 30 seconds, a connection that does not come about ten for each
  /// address; whoever takes longer than this hangs.
  public static let limitNanoseconds: Int64 = 180_000_000_000

  private let at = Atomic<Int64>(SystemTime.monotonicNanoseconds())

  public init() {}

  public func note(_ now: Int64 = SystemTime.monotonicNanoseconds()) { at.store(now, ordering: .relaxed) }

  /// Until the next `note` nothing counts as hanging: for what takes as long as the server and its tables need.
  public func suspend() { at.store(.max, ordering: .relaxed) }

  /// True once nothing was noted for `limitNanoseconds`.
  public func hangs(now: Int64) -> Bool { now - at.load(ordering: .relaxed) > Self.limitNanoseconds }
}
