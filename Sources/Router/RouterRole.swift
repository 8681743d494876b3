public import Operations
public import Runtime
import Synchronization
public import Telemetry

/// The router: a thread that routes, with others for large batches, and one that releases what was deferred.
public final class RouterRole: DaemonRole {
  private let settings: RouterSettings
  private let metrics: RouterMetrics
  private let logger: Logger
  private let stopRequest = StopRequest()
  private let routing: RoleThread
  private let releasing = Mutex<OwnedThread?>(nil)
  private let releaseTrouble = Mutex<String?>(nil)
  /// Readable once it cannot go on; `failure` says why.
  public let failed = WakeSignal()

  public init(_ settings: RouterSettings, registry: MetricsRegistry, logger: Logger) {
    let metrics = RouterMetrics(registry)
    (self.settings, self.metrics, self.logger) = (settings, metrics, logger)
    routing = RoleThread(
      "router", logger: logger, stop: stopRequest, restarts: metrics.restarts, failed: failed, show: metrics.show)
  }

  public func start() {
    routing.start { [settings, metrics, logger] thread in
      let crew = try RoutingCrew(settings)
      return {
        try RouterSession(
          settings, crew: crew, metrics: metrics, logger: logger, stop: thread.stopRequest,
          progress: thread.progress, report: thread.note
        ).run()
      }
    }
    let releasing = OwnedThread(name: "release") { [self] in
      let report = { [self] (trouble: String?) in releaseTrouble.withLock { $0 = trouble } }
      ReleaseLoop(settings: settings, metrics: metrics, logger: logger, stop: stopRequest, report: report).run()
    }
    self.releasing.withLock { $0 = releasing }
  }

  /// Finishes what is in flight, commits it and leaves the group.
  /// - Throws: when it still waits for a server; what it had in flight is routed again.
  public func stop(within deadline: Duration) throws(RoleError) {
    stopRequest.request(within: deadline)
    let end = ContinuousClock.now + deadline + .seconds(2)
    let isOver = routing.join(within: end - .now)
    // Its transaction is rolled back where it is cut off.
    _ = releasing.withLock { $0 }?.join(timeoutMilliseconds: Int32(max(0, (end - .now) / .milliseconds(1))))
    if !isOver { throw RoleError("it still waits for a server; what it had in flight is routed again") }
  }

  public var threads: [String: RoleThread] { ["router": routing] }

  /// Events are routed all the same.
  public var impairments: [String: String] {
    releaseTrouble.withLock { $0 }.map { ["release": "deferred deliveries cannot be released: \($0)"] } ?? [:]
  }
}
