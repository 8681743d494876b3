import NotificationModel
import Runtime
import Synchronization
public import Telemetry

/// The standing audit: one thread that adds up the last hours again and again, for its gauges.
public final class AuditRole: Sendable {
  public struct Schedule: Sendable {
    public var every: Duration = .seconds(60)
    /// Each audit looks from so long ago …
    public var since: Duration = .seconds(3_600)
    /// … until so long ago.
    public var until: Duration = .seconds(30)

    public init() {}
  }

  private let schedule: Schedule
  private let metrics: AuditMetrics
  private let logger: Logger
  private let stop = StopRequest()
  private let progress = ThreadProgress()
  private let thread = Mutex<OwnedThread?>(nil)
  private let problem = Mutex<String?>("has not audited yet")
  private let makeReader: @Sendable () -> AuditReader

  /// - Parameter makeReader: on the thread that audits.
  public init(
    _ schedule: Schedule, registry: MetricsRegistry, logger: Logger, makeReader: @escaping @Sendable () -> AuditReader
  ) {
    (self.schedule, self.logger, self.makeReader) = (schedule, logger, makeReader)
    metrics = AuditMetrics(registry)
    metrics.window.set(Int((schedule.since - schedule.until) / .seconds(1)))
  }

  public func start() {
    thread.withLock { $0 = OwnedThread(name: "audit") { [self] in run() } }
  }

  private func run() {
    let reader = makeReader()
    logger.info("working")
    while !stop.isRequested {
      // How long it takes follows from the tables.
      progress.suspend()
      audit(reader)
      progress.note()
      _ = Poll.wait([stop.signal.fileDescriptor], timeoutMilliseconds: Int32(schedule.every / .milliseconds(1)))
    }
  }

  private func audit(_ reader: AuditReader) {
    let now = UnixTime(milliseconds: SystemTime.unixMicroseconds() / 1_000)
    func ago(_ duration: Duration) -> UnixTime {
      UnixTime(milliseconds: now.milliseconds - Int64(duration / .milliseconds(1)))
    }
    do {
      let balance = try reader.run(since: ago(schedule.since), until: ago(schedule.until), now: now)
      metrics.show(balance)
      if balance.hasMissing {
        logger.error(
          "something is missing",
          ["events": "\(balance.events?.missing ?? 0)", "deliveries": "\(balance.deliveries.missing)"])
      }
      guard balance.refused.isEmpty else {
        return fail("not all could be added up", balance.refused.joined(separator: "; "))
      }
      metrics.auditedAt.set(Int(now.milliseconds / 1_000))
      problem.withLock { $0 = nil }
    } catch {
      fail("nothing could be added up", "\(error)")
    }
  }

  private func fail(_ message: StaticString, _ reason: String) {
    metrics.failures.increment()
    problem.withLock { $0 = reason }
    logger.error(message, ["reason": "\(reason)"])
  }

  /// - Throws: `interrupted` where an audit still waits for its server.
  public func stop(within deadline: Duration) throws(AdministrationError) {
    stop.request(within: deadline)
    let thread = thread.withLock { $0 }
    guard thread?.join(timeoutMilliseconds: Int32(deadline / .milliseconds(1))) == false else { return }
    throw AdministrationError(.interrupted, "an audit still waits for a server; it has nothing to lose")
  }

  /// Why the last audit came to nothing, or not to all; nil after one that did.
  public var lastProblem: String? { problem.withLock { $0 } }
  public var hangs: Bool { progress.hangs(now: SystemTime.monotonicNanoseconds()) }
}

/// The audit's gauges; docs/operations.md says what each is for.
public struct AuditMetrics: Sendable {
  let eventsMissing, deliveriesMissing, oldestWaiting, window, auditedAt: Gauge
  let written, routed, parked, inFlight, expected, finished, waiting: Gauge
  let failures: Counter

  public init(_ registry: MetricsRegistry) {
    func gauge(_ name: String, _ help: String) -> Gauge { registry.gauge("bongsu_audit_\(name)", help: help) }
    eventsMissing = gauge(
      "events_missing", "Rows of the outboxes that are neither routed nor parked nor in flight.")
    deliveriesMissing = gauge("deliveries_missing", "Deliveries by ROUTED that are not in the log, or overdue there.")
    oldestWaiting = gauge("oldest_waiting_seconds", "How long the oldest delivery on its way was not heard of.")
    written = gauge("events_written", "Rows of the outboxes.")
    routed = gauge("events_routed", "Of them, those that the log has as routed.")
    parked = gauge("events_parked", "Of them, those that are dead letters, or were.")
    inFlight = gauge("events_in_flight", "Of them, those that the log has not and that a record in Kafka is of.")
    expected = gauge("deliveries_expected", "Deliveries, suppressions and deferrals of routed events, by ROUTED.")
    finished = gauge("deliveries_finished", "Of them, those that are at an end.")
    waiting = gauge("deliveries_waiting", "Of them, those on their way, not for longer than the deadline.")
    window = gauge("window_seconds", "How much time each audit adds up.")
    auditedAt = gauge("last_success_timestamp_seconds", "When all was added up last.")
    failures = registry.counter(
      "bongsu_audit_failures_total", help: "Audits that came to nothing, or could not look into an outbox.")
  }

  func show(_ balance: AuditBalance) {
    // Without some of the outboxes its number would tell of fewer than there are.
    if balance.refused.isEmpty {
      let events = balance.events ?? .init()
      eventsMissing.set(events.missing)
      written.set(events.written)
      routed.set(events.routed)
      parked.set(events.parked)
      inFlight.set(events.inFlight)
    }
    expected.set(balance.deliveries.expected)
    finished.set(balance.deliveries.finished)
    waiting.set(balance.deliveries.waiting)
    deliveriesMissing.set(balance.deliveries.missing)
    oldestWaiting.set(balance.deliveries.oldestWaitingSeconds)
  }
}
