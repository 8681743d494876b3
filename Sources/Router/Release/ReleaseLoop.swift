import Audience
import Postgres
import Runtime
import Telemetry

/// Sends deferred deliveries back through the outbox when they are due, at the rate of all routers together.
struct ReleaseLoop {
  let settings: RouterSettings
  let metrics: RouterMetrics
  let logger: Logger
  let stop: StopRequest

  /// A second is how late a delivery may be for it.
  private static let intervalMilliseconds: Int32 = 1_000
  private static let batch = 1_000

  func run() {
    guard settings.release.perSecond > 0 else { return }
    let store = DeferralStore(settings.database)
    var random = SystemRandomNumberGenerator()
    var backoff = Backoff(initial: .seconds(1))
    var isFailing = false
    while !stop.isRequested {
      var rest = Self.intervalMilliseconds
      do throws(PostgresError) {
        try releaseDue(store)
        if isFailing { logger.notice("deferred deliveries are released again") }
        isFailing = false
        backoff.reset()
      } catch {
        if !isFailing { logger.warning("deferred deliveries cannot be released", ["reason": error.description]) }
        isFailing = true
        rest = Int32(backoff.next(using: &random) / .milliseconds(1))
      }
      _ = Poll.wait([stop.signal.fileDescriptor], timeoutMilliseconds: rest)
    }
  }

  /// Until nothing more is due or the rate is used up; a transaction for each thousand.
  private func releaseDue(_ store: DeferralStore) throws(PostgresError) {
    while !stop.isRequested {
      let released = try store.release(
        most: min(Self.batch, settings.release.perSecond), perSecond: settings.release.perSecond)
      metrics.released.increment(by: released)
      if released > 0 { logger.debug("deferred deliveries released", ["deliveries": "\(released)"]) }
      if released < min(Self.batch, settings.release.perSecond) { return }
    }
  }
}
