import Redis
public import Runtime
import Synchronization
public import Telemetry

/// The router: a thread that routes, and one that releases what was deferred.
public final class RouterRole: Sendable {
  private let settings: RouterSettings
  private let metrics: RouterMetrics
  private let logger: Logger
  private let stopRequest = StopRequest()
  private let progress = ThreadProgress()
  private let threads = Mutex<(routing: OwnedThread?, releasing: OwnedThread?)>((nil, nil))
  private let current = Mutex(RouterState(.connecting))
  private let fatal = Mutex<String?>(nil)
  /// Readable once it cannot go on; `failure` says why.
  public let failed = WakeSignal()

  /// JSON that is nested as deep as the decoder allows is read by recursion.
  private static let stackBytes = 16 << 20

  public init(_ settings: RouterSettings, registry: MetricsRegistry, logger: Logger) {
    self.settings = settings
    self.logger = logger
    metrics = RouterMetrics(registry)
    metrics.show(RouterState(.connecting))
  }

  public func start() {
    let routing = OwnedThread(name: "router", stackBytes: Self.stackBytes) { [self] in route() }
    let releasing = OwnedThread(name: "release") { [self] in
      ReleaseLoop(settings: settings, metrics: metrics, logger: logger, stop: stopRequest).run()
    }
    threads.withLock { $0 = (routing, releasing) }
  }

  /// Sessions after each other, until a stop.
  private func route() {
    let router: BatchRouter
    do throws(RedisError) { router = try BatchRouter(settings) } catch { return fail("Redis: \(error)") }
    var random = SystemRandomNumberGenerator()
    var backoff = Backoff()
    while !stopRequest.isRequested {
      let started = SystemTime.monotonicNanoseconds()
      do throws(RouterError) {
        try RouterSession(
          settings, router: router, metrics: metrics, logger: logger, stop: stopRequest, progress: progress,
          report: { [self] in note($0) }
        ).run()
      } catch {
        if error.code == .configuration { return fail(error.description) }
        // A fault after a minute of work is a new one.
        if SystemTime.monotonicNanoseconds() - started > 60_000_000_000 { backoff.reset() }
        rest(error, backoff.next(using: &random))
      }
    }
    note(RouterState(.stopped))
  }

  private func rest(_ error: RouterError, _ time: Duration) {
    metrics.restarts.increment()
    logger.warning("routing is interrupted and begins again", ["reason": error.description])
    note(RouterState(.holding, error.description))
    progress.note()
    _ = Poll.wait([stopRequest.signal.fileDescriptor], timeoutMilliseconds: Int32(time / .milliseconds(1)))
  }

  private func note(_ state: RouterState) {
    current.withLock { $0 = state }
    metrics.show(state)
  }

  private func fail(_ reason: String) {
    fatal.withLock { $0 = reason }
    note(RouterState(.stopped, reason))
    failed.signal()
  }

  /// Finishes what is in flight, commits it and leaves the group.
  /// - Throws: `kafka` when it still waits for a server; what it had in flight is routed again.
  public func stop(within deadline: Duration) throws(RouterError) {
    stopRequest.request(within: deadline)
    let end = ContinuousClock.now + deadline + .seconds(2)
    let (routing, releasing) = threads.withLock { $0 }
    func hasEnded(_ thread: OwnedThread?) -> Bool {
      thread?.join(timeoutMilliseconds: Int32(max(0, (end - .now) / .milliseconds(1)))) ?? true
    }
    let isOver = hasEnded(routing)
    // Its transaction is rolled back where it is cut off.
    _ = hasEnded(releasing)
    if !isOver { throw RouterError(.kafka, "it still waits for a server; what it had in flight is routed again") }
  }

  public var state: RouterState { current.withLock { $0 } }

  /// Why it cannot go on; nil while it can.
  public var failure: String? { fatal.withLock { $0 } }

  /// It has made no turn for minutes: the process should be started again.
  public var hangs: Bool { progress.hangs(now: SystemTime.monotonicNanoseconds()) }
}
