import Redis
public import Runtime
import Synchronization
public import Telemetry

/// A worker: one thread that reads a channel's deliveries and has a provider send them.
public final class WorkerRole: Sendable {
  private let settings: WorkerSettings
  private let provider: any Provider
  private let metrics: WorkerMetrics
  private let logger: Logger
  private let stopRequest = StopRequest()
  private let progress = ThreadProgress()
  private let current = Mutex(WorkerState(.connecting))
  private let fatal = Mutex<String?>(nil)
  private let thread = Mutex<OwnedThread?>(nil)
  /// Readable once it cannot go on; `failure` says why.
  public let failed = WakeSignal()

  public init(_ settings: WorkerSettings, provider: any Provider, registry: MetricsRegistry, logger: Logger) {
    (self.settings, self.provider, self.logger) = (settings, provider, logger)
    metrics = WorkerMetrics(registry, channel: settings.channel)
    metrics.show(WorkerState(.connecting))
  }

  public func start() {
    thread.withLock { $0 = OwnedThread(name: "worker", stackBytes: 16 << 20) { [self] in run() } }
  }

  /// Finishes what is in flight, commits it and leaves the group.
  /// - Throws: when it still waits for a server. The claims know what was sent.
  public func stop(within deadline: Duration) throws(WorkerError) {
    stopRequest.request(within: deadline)
    let limit = Int32((deadline + .seconds(2)) / .milliseconds(1))
    let hasEnded = thread.withLock { $0 }?.join(timeoutMilliseconds: limit) ?? true
    provider.stop(within: .zero)
    if !hasEnded { throw WorkerError("it still waits for a server; what it had in flight is looked up in its claims") }
  }

  public var state: WorkerState { current.withLock { $0 } }

  /// Why it cannot go on; nil while it can.
  public var failure: String? { fatal.withLock { $0 } }

  /// A stop was asked for.
  public var isStopping: Bool { stopRequest.isRequested }

  /// It has made no turn for minutes: the process should be started again.
  public var hangs: Bool { progress.hangs(now: SystemTime.monotonicNanoseconds()) }
}

extension WorkerRole {
  private func run() {
    let redis: RedisConnection
    do throws(RedisError) { redis = try RedisConnection(settings.redis) } catch { return fail("Redis: \(error)") }
    var random = SystemRandomNumberGenerator()
    var backoff = Backoff()
    while !stopRequest.isRequested {
      let started = SystemTime.monotonicNanoseconds()
      do throws(WorkerError) {
        try session(redis).run()
      } catch {
        if case .stop = error.disposition { return fail(error.description) }
        // A fault after a minute of work is a new one.
        if SystemTime.monotonicNanoseconds() - started > 60_000_000_000 { backoff.reset() }
        rest(error, backoff.next(using: &random))
      }
    }
    note(WorkerState(.stopped))
  }

  private func session(_ redis: RedisConnection) throws(WorkerError) -> WorkerSession {
    try WorkerSession(
      settings, provider: provider, redis: redis, metrics: metrics, logger: logger, stop: stopRequest,
      progress: progress, report: { [self] in note($0) })
  }

  private func rest(_ error: WorkerError, _ time: Duration) {
    metrics.restarts.increment()
    logger.warning("work is interrupted and begins again", ["reason": error.description])
    note(WorkerState(.holding, error.description))
    progress.note()
    _ = Poll.wait([stopRequest.signal.fileDescriptor], timeoutMilliseconds: Int32(time / .milliseconds(1)))
  }

  private func note(_ state: WorkerState) {
    current.withLock { $0 = state }
    metrics.show(state)
  }

  private func fail(_ reason: String) {
    fatal.withLock { $0 = reason }
    note(WorkerState(.stopped, reason))
    failed.signal()
  }
}
