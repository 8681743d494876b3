public import Runtime
import Synchronization
public import Telemetry

/// A thread of a role: plays sessions after each other, the next one after a fault and a rest, until a stop or until only
/// a person can help.
public final class RoleThread: Sendable {
  public let stopRequest: StopRequest
  public let progress = ThreadProgress()
  private let name: String
  private let logger: Logger
  private let restarts: Counter
  private let failed: WakeSignal
  private let show: @Sendable (RoleState) -> Void
  private let current = Mutex(RoleState(.connecting))
  private let fatal = Mutex<String?>(nil)
  private let thread = Mutex<OwnedThread?>(nil)

  /// JSON that is nested as deep as the parser allows is read by recursion.
  public static let stackBytes = 16 << 20
  /// A fault after so long a time of work is a new one.
  private static let newFault: Int64 = 60_000_000_000

  /// - Parameters:
  ///   - name: the thread's, and of its role in logs.
  ///   - stop: threads of one role share it.
  ///   - restarts: counts the faults.
  ///   - failed: signalled once it cannot go on; `failure` says why.
  ///   - show: hears of every state, at first `connecting`.
  public init(
    _ name: String, logger: Logger, stop: StopRequest, restarts: Counter, failed: WakeSignal,
    show: @escaping @Sendable (RoleState) -> Void
  ) {
    (self.name, self.logger, self.restarts, self.failed) = (name, logger, restarts, failed)
    (stopRequest, self.show) = (stop, show)
    show(RoleState(.connecting))
  }

  public var state: RoleState { current.withLock { $0 } }

  /// Why it cannot go on; nil while it can.
  public var failure: String? { fatal.withLock { $0 } }

  /// It has made no turn for minutes: the process should be started again.
  public var hangs: Bool { progress.hangs(now: SystemTime.monotonicNanoseconds()) }

  /// - Parameter prepare: makes, on the thread, what its sessions share, and gives what plays one of them until a stop. An
  ///   error of its own, and one whose disposition is `stop`, is the end.
  public func start(_ prepare: @escaping @Sendable (RoleThread) throws -> () throws -> Void) {
    let made = OwnedThread(name: name, stackBytes: Self.stackBytes) { [self] in run(prepare) }
    thread.withLock { $0 = made }
  }

  /// Waits for its end, once a stop was asked for.
  /// - Returns: false where it still runs then.
  public func join(within limit: Duration) -> Bool {
    thread.withLock { $0 }?.join(timeoutMilliseconds: Int32(max(0, limit / .milliseconds(1)))) ?? true
  }

  /// Called by sessions.
  public func note(_ state: RoleState) {
    current.withLock { $0 = state }
    show(state)
  }

  private func run(_ prepare: (RoleThread) throws -> () throws -> Void) {
    let session: () throws -> Void
    do { session = try prepare(self) } catch { return fail("\(error)") }
    var random = SystemRandomNumberGenerator()
    var backoff = Backoff()
    while !stopRequest.isRequested {
      let started = SystemTime.monotonicNanoseconds()
      do {
        try session()
      } catch {
        if case .stop? = (error as? any DispositionError)?.disposition { return fail("\(error)") }
        if SystemTime.monotonicNanoseconds() - started > Self.newFault { backoff.reset() }
        rest("\(error)", backoff.next(using: &random))
      }
    }
    note(RoleState(.stopped))
  }

  private func rest(_ reason: String, _ time: Duration) {
    restarts.increment()
    logger.warning("work is interrupted and begins again", ["thread": name, "reason": reason])
    note(RoleState(.holding, reason))
    progress.note()
    _ = Poll.wait([stopRequest.signal.fileDescriptor], timeoutMilliseconds: Int32(time / .milliseconds(1)))
  }

  private func fail(_ reason: String) {
    fatal.withLock { $0 = reason }
    note(RoleState(.stopped, reason))
    failed.signal()
  }
}
