import Audience
import Postgres
import Runtime
import Telemetry

/// Sends deferred deliveries back through the outbox when they are due, at the rate of all routers together, and tells
/// what is due and still there.
struct ReleaseLoop {
  let settings: RouterSettings
  let metrics: RouterMetrics
  let logger: Logger
  let stop: StopRequest
  /// Hears why it fails; nil once it does not.
  var report: (String?) -> Void = { _ in }
  /// How often it looks what is still there.
  var lookInterval: Int64 = 15_000_000_000

  /// A second is how late a delivery may be for it.
  private static let intervalMilliseconds: Int32 = 1_000
  private static let batch = 1_000

  func run() {
    let store = DeferralStore(settings.database)
    var random = SystemRandomNumberGenerator()
    var backoff = Backoff(initial: .seconds(1))
    var isFailing = false
    var lookAt: Int64 = 0
    while !stop.isRequested {
      var rest = Self.intervalMilliseconds
      do throws(PostgresError) {
        try round(store, &lookAt)
        metrics.addRound(isDone: true)
        if isFailing { tellRecovered() }
        isFailing = false
        backoff.reset()
      } catch {
        metrics.addRound(isDone: false)
        report(error.description)
        if !isFailing { logger.warning("deferred deliveries cannot be released", ["reason": error.description]) }
        isFailing = true
        rest = Int32(backoff.next(using: &random) / .milliseconds(1))
      }
      _ = Poll.wait([stop.signal.fileDescriptor], timeoutMilliseconds: rest)
    }
  }

  private func tellRecovered() {
    report(nil)
    logger.notice("deferred deliveries are released again")
  }

  /// - Parameter lookAt: when to look next, in monotonic nanoseconds.
  private func round(_ store: DeferralStore, _ lookAt: inout Int64) throws(PostgresError) {
    try releaseDue(store)
    let now = SystemTime.monotonicNanoseconds()
    guard now >= lookAt else { return }
    metrics.show(try store.due())
    lookAt = now + lookInterval
  }

  /// Until nothing more is due or the rate is used up; a transaction for each thousand.
  private func releaseDue(_ store: DeferralStore) throws(PostgresError) {
    let most = min(Self.batch, settings.release.perSecond)
    while most > 0, !stop.isRequested {
      let released = try store.release(most: most, perSecond: settings.release.perSecond)
      metrics.released.increment(by: released)
      if released > 0 { logger.debug("deferred deliveries released", ["deliveries": "\(released)"]) }
      if released < most { return }
    }
  }
}
