import Redis
import Runtime
import Synchronization
import Telemetry

/// One thread that routes: sessions after each other, until a stop.
final class RouterLane: Sendable {
  private let settings: RouterSettings
  private let number: Int
  private let metrics: RouterMetrics
  private let logger: Logger
  private let stop: StopRequest
  private let progress = ThreadProgress()
  private let current = Mutex(RouterState(.connecting))
  private let fatal = Mutex<String?>(nil)
  private let failed: WakeSignal

  /// - Parameters:
  ///   - number: from 0.
  ///   - failed: signalled once it cannot go on; `failure` says why.
  init(
    _ settings: RouterSettings, number: Int, metrics: RouterMetrics, logger: Logger, stop: StopRequest,
    failed: WakeSignal
  ) {
    (self.settings, self.number, self.metrics, self.logger) = (settings, number, metrics, logger)
    (self.stop, self.failed) = (stop, failed)
    metrics.show(RouterState(.connecting), lane: number)
  }

  var state: RouterState { current.withLock { $0 } }

  var failure: String? { fatal.withLock { $0 } }

  var hangs: Bool { progress.hangs(now: SystemTime.monotonicNanoseconds()) }

  func run() {
    let router: BatchRouter
    do throws(RedisError) { router = try BatchRouter(settings) } catch { return fail("Redis: \(error)") }
    var random = SystemRandomNumberGenerator()
    var backoff = Backoff()
    while !stop.isRequested {
      let started = SystemTime.monotonicNanoseconds()
      do throws(RouterError) {
        try session(router).run()
      } catch {
        if error.code == .configuration { return fail(error.description) }
        // A fault after a minute of work is a new one.
        if SystemTime.monotonicNanoseconds() - started > 60_000_000_000 { backoff.reset() }
        rest(error, backoff.next(using: &random))
      }
    }
    note(RouterState(.stopped))
  }

  private func session(_ router: BatchRouter) throws(RouterError) -> RouterSession {
    try RouterSession(
      settings, lane: number, router: router, metrics: metrics, logger: logger, stop: stop, progress: progress,
      report: { [self] in note($0) })
  }

  private func rest(_ error: RouterError, _ time: Duration) {
    metrics.restarts.increment()
    logger.warning(
      "routing is interrupted and begins again", ["lane": "\(number)", "reason": error.description])
    note(RouterState(.holding, error.description))
    progress.note()
    _ = Poll.wait([stop.signal.fileDescriptor], timeoutMilliseconds: Int32(time / .milliseconds(1)))
  }

  private func note(_ state: RouterState) {
    current.withLock { $0 = state }
    metrics.show(state, lane: number)
  }

  private func fail(_ reason: String) {
    fatal.withLock { $0 = reason }
    note(RouterState(.stopped, reason))
    failed.signal()
  }
}
