public import Operations
import Policy
public import Runtime
public import Telemetry

/// Redrive: one thread that gives dead letters their next attempt, or ends them.
public final class RedriveRole: DaemonRole {
  private let settings: RedriveSettings
  private let metrics: RedriveMetrics
  private let logger: Logger
  private let stopRequest = StopRequest()
  private let thread: RoleThread
  /// Readable once it cannot go on; `failure` says why.
  public let failed = WakeSignal()

  public init(_ settings: RedriveSettings, registry: MetricsRegistry, logger: Logger) {
    let metrics = RedriveMetrics(registry)
    (self.settings, self.metrics, self.logger) = (settings, metrics, logger)
    thread = RoleThread(
      "redrive", logger: logger, stop: stopRequest, restarts: metrics.restarts, failed: failed, show: metrics.show)
  }

  public func start() {
    if settings.waits.isShortened {
      logger.warning("redrive.tiers are shortened: failed deliveries come back sooner than providers ask for")
    }
    thread.start { [settings, metrics, logger] thread in
      let redriver = try BatchRedriver(settings)
      return {
        try RedriveSession(
          settings, redriver: redriver, metrics: metrics, logger: logger, stop: thread.stopRequest,
          progress: thread.progress, report: thread.note
        ).run()
      }
    }
  }

  /// Finishes what is in flight, commits it and leaves the group.
  /// - Throws: when it still waits for a server; what it had in flight is done again.
  public func stop(within deadline: Duration) throws(RoleError) {
    stopRequest.request(within: deadline)
    guard !thread.join(within: deadline + .seconds(2)) else { return }
    throw RoleError("it still waits for a server; what it had in flight is done again")
  }

  public var threads: [String: RoleThread] { ["redrive": thread] }
}
