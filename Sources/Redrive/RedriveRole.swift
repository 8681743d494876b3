import Policy
import Redis
public import Runtime
import Synchronization
public import Telemetry

/// Redrive: one thread that gives dead letters their next attempt, or ends them.
public final class RedriveRole: Sendable {
  private let settings: RedriveSettings
  private let metrics: RedriveMetrics
  private let logger: Logger
  private let stopRequest = StopRequest()
  private let progress = ThreadProgress()
  private let current = Mutex(RedriveState(.connecting))
  private let fatal = Mutex<String?>(nil)
  private let thread = Mutex<OwnedThread?>(nil)
  /// Readable once it cannot go on; `failure` says why.
  public let failed = WakeSignal()

  public init(_ settings: RedriveSettings, registry: MetricsRegistry, logger: Logger) {
    (self.settings, self.logger) = (settings, logger)
    metrics = RedriveMetrics(registry)
    metrics.show(RedriveState(.connecting))
  }

  public func start() {
    if settings.waits.isShortened {
      logger.warning("redrive.tiers are shortened: failed deliveries come back sooner than providers ask for")
    }
    thread.withLock { $0 = OwnedThread(name: "redrive", stackBytes: 16 << 20) { [self] in run() } }
  }

  /// Finishes what is in flight, commits it and leaves the group.
  /// - Throws: when it still waits for a server; what it had in flight is done again.
  public func stop(within deadline: Duration) throws(RedriveError) {
    stopRequest.request(within: deadline)
    let limit = Int32((deadline + .seconds(2)) / .milliseconds(1))
    guard let running = thread.withLock({ $0 }), !running.join(timeoutMilliseconds: limit) else { return }
    throw RedriveError("it still waits for a server; what it had in flight is done again")
  }

  public var state: RedriveState { current.withLock { $0 } }

  /// Why it cannot go on; nil while it can.
  public var failure: String? { fatal.withLock { $0 } }

  /// It has made no turn for minutes: the process should be started again.
  public var hangs: Bool { progress.hangs(now: SystemTime.monotonicNanoseconds()) }
}

extension RedriveRole {
  private func run() {
    let redriver: BatchRedriver
    do throws(RedisError) { redriver = try BatchRedriver(settings) } catch { return fail("Redis: \(error)") }
    var random = SystemRandomNumberGenerator()
    var backoff = Backoff()
    while !stopRequest.isRequested {
      let started = SystemTime.monotonicNanoseconds()
      do throws(RedriveError) {
        try session(redriver).run()
      } catch {
        if case .stop = error.disposition { return fail(error.description) }
        // A fault after a minute of work is a new one.
        if SystemTime.monotonicNanoseconds() - started > 60_000_000_000 { backoff.reset() }
        rest(error, backoff.next(using: &random))
      }
    }
    note(RedriveState(.stopped))
  }

  private func session(_ redriver: BatchRedriver) throws(RedriveError) -> RedriveSession {
    try RedriveSession(
      settings, redriver: redriver, metrics: metrics, logger: logger, stop: stopRequest, progress: progress,
      report: { [self] in note($0) })
  }

  private func rest(_ error: RedriveError, _ time: Duration) {
    metrics.restarts.increment()
    logger.warning("work is interrupted and begins again", ["reason": error.description])
    note(RedriveState(.holding, error.description))
    progress.note()
    _ = Poll.wait([stopRequest.signal.fileDescriptor], timeoutMilliseconds: Int32(time / .milliseconds(1)))
  }

  private func note(_ state: RedriveState) {
    current.withLock { $0 = state }
    metrics.show(state)
  }

  private func fail(_ reason: String) {
    fatal.withLock { $0 = reason }
    note(RedriveState(.stopped, reason))
    failed.signal()
  }
}
