import NotificationModel
public import Operations
public import Runtime
import Synchronization
public import Telemetry

/// The sweeper: one thread that looks now and then for deliveries that nobody has, and has their events routed again.
public final class SweeperRole: Service {
  private let settings: SweeperSettings
  private let metrics: SweeperMetrics
  private let logger: Logger
  private let stopRequest = StopRequest()
  private let trouble = Mutex<String?>(nil)
  private let thread = Mutex<OwnedThread?>(nil)
  /// Never signalled: it tries again for ever.
  public let failed = WakeSignal()
  public let name = "sweeper"

  public init(_ settings: SweeperSettings, registry: MetricsRegistry, logger: Logger) {
    (self.settings, self.logger) = (settings, logger)
    metrics = SweeperMetrics(registry)
  }

  public var failure: String? { nil }
  public var stopDeadline: Duration { settings.stopDeadline }

  /// A look that fails is no reason to take the process for not ready: what it looks after is late already.
  public var readinessProblems: [String: String] { [:] }

  /// Why the last look failed.
  public var impairments: [String: String] { trouble.withLock { $0 }.map { [name: $0] } ?? [:] }

  public func start() {
    guard settings.interval > .zero else { return }
    thread.withLock { $0 = OwnedThread(name: "sweeper") { [self] in run() } }
  }

  public func stop(within deadline: Duration) throws {
    stopRequest.request(within: deadline)
    let limit = Int32((deadline + .seconds(2)) / .milliseconds(1))
    let hasEnded = thread.withLock { $0 }?.join(timeoutMilliseconds: limit) ?? true
    if !hasEnded { throw RoleError("it still waits for a server; its round is made again") }
  }

  private func run() {
    let wait = Int32(clamping: Int64(settings.interval / .milliseconds(1)))
    var memory = LaneMemory()
    while !stopRequest.isRequested {
      look(&memory)
      _ = Poll.wait([stopRequest.signal.fileDescriptor], timeoutMilliseconds: wait)
    }
  }

  private func look(_ memory: inout LaneMemory) {
    do throws(RoleError) {
      let now = UnixTime(milliseconds: SystemTime.unixMicroseconds() / 1_000)
      let outcome = try SweepRound(settings: settings, stop: stopRequest).run(now: now, &memory)
      metrics.add(outcome)
      tell(outcome)
      trouble.withLock { $0 = nil }
    } catch {
      if stopRequest.isRequested { return }
      metrics.addFailure()
      trouble.withLock { $0 = error.description }
      logger.warning("the log was not swept", ["reason": error.description])
    }
  }

  private func tell(_ outcome: SweepRound.Outcome) {
    for (group, reason) in outcome.unread.sorted(by: { $0.key < $1.key }) {
      let fields: Logger.Metadata = ["group": group, "reason": reason]
      logger.warning("it is not known what lies before a group, so that nothing of it is held back", fields)
    }
    if outcome.swept > 0 {
      logger.notice("events with deliveries that nobody has are routed again", ["events": "\(outcome.swept)"])
    }
    if outcome.sweptReplays > 0 {
      logger.notice("replayed deliveries that nobody has are sent again", ["deliveries": "\(outcome.sweptReplays)"])
    }
    if !outcome.left.isEmpty {
      let reasons = outcome.left.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.rawValue) \($0.value)" }
      logger.error("deliveries that nobody has are left", ["reasons": reasons.joined(separator: ", ")])
    }
  }
}
