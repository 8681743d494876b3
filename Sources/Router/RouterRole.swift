public import Operations
public import Runtime
import Synchronization
public import Telemetry

/// The router: threads that route, and one that releases what was deferred.
public final class RouterRole: DaemonRole {
  private let settings: RouterSettings
  private let metrics: RouterMetrics
  private let logger: Logger
  private let stopRequest = StopRequest()
  private let lanes: [RoleThread]
  private let releasing = Mutex<OwnedThread?>(nil)
  private let releaseTrouble = Mutex<String?>(nil)
  /// Readable once it cannot go on; `failure` says why.
  public let failed = WakeSignal()

  public init(_ settings: RouterSettings, registry: MetricsRegistry, logger: Logger) {
    let metrics = RouterMetrics(registry, lanes: settings.lanes)
    (self.settings, self.metrics, self.logger) = (settings, metrics, logger)
    lanes = (0..<settings.lanes).map { [stopRequest, failed] lane in
      RoleThread("router \(lane)", logger: logger, stop: stopRequest, restarts: metrics.restarts, failed: failed) {
        metrics.show($0, lane: lane)
      }
    }
  }

  public func start() {
    for (number, lane) in lanes.enumerated() { start(lane, number) }
    let releasing = OwnedThread(name: "release") { [self] in
      let report = { [self] (trouble: String?) in releaseTrouble.withLock { $0 = trouble } }
      ReleaseLoop(settings: settings, metrics: metrics, logger: logger, stop: stopRequest, report: report).run()
    }
    self.releasing.withLock { $0 = releasing }
  }

  private func start(_ lane: RoleThread, _ number: Int) {
    var share = settings
    share.localUsers = settings.localUsers / settings.lanes
    lane.start { [share, metrics, logger] lane in
      let router = try BatchRouter(share)
      return {
        try RouterSession(
          share, lane: number, router: router, metrics: metrics, logger: logger, stop: lane.stopRequest,
          progress: lane.progress, report: lane.note
        ).run()
      }
    }
  }

  /// Finishes what is in flight, commits it and leaves the group.
  /// - Throws: when it still waits for a server; what it had in flight is routed again.
  public func stop(within deadline: Duration) throws(RouterError) {
    stopRequest.request(within: deadline)
    let end = ContinuousClock.now + deadline + .seconds(2)
    let left = lanes.filter { !$0.join(within: end - .now) }.count
    // Its transaction is rolled back where it is cut off.
    _ = releasing.withLock { $0 }?.join(timeoutMilliseconds: Int32(max(0, (end - .now) / .milliseconds(1))))
    if left > 0 { throw RouterError("it still waits for a server; what it had in flight is routed again") }
  }

  /// Of each lane.
  public var states: [String: RoleState] {
    Dictionary(uniqueKeysWithValues: lanes.enumerated().map { ("lane \($0)", $1.state) })
  }

  /// Events are routed all the same.
  public var impairments: [String: String] {
    releaseTrouble.withLock { $0 }.map { ["release": "deferred deliveries cannot be released: \($0)"] } ?? [:]
  }

  /// Why it cannot go on; nil while it can.
  public var failure: String? { lanes.lazy.compactMap(\.failure).first }

  /// A lane has made no turn for minutes: the process should be started again.
  public var hangs: Bool { lanes.contains(where: \.hangs) }
}
