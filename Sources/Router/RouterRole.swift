public import Runtime
import Synchronization
public import Telemetry

/// The router: threads that route, and one that releases what was deferred.
public final class RouterRole: Sendable {
  private let settings: RouterSettings
  private let metrics: RouterMetrics
  private let logger: Logger
  private let stopRequest = StopRequest()
  private let lanes: [RouterLane]
  private let threads = Mutex<(routing: [OwnedThread], releasing: OwnedThread?)>(([], nil))
  /// Readable once it cannot go on; `failure` says why.
  public let failed = WakeSignal()

  /// JSON that is nested as deep as the parser allows is read by recursion.
  private static let stackBytes = 16 << 20

  public init(_ settings: RouterSettings, registry: MetricsRegistry, logger: Logger) {
    var share = settings
    share.localUsers = settings.localUsers / settings.lanes
    let metrics = RouterMetrics(registry, lanes: settings.lanes)
    (self.settings, self.metrics, self.logger) = (settings, metrics, logger)
    lanes = (0..<settings.lanes).map { [share, stopRequest, failed] number in
      RouterLane(share, number: number, metrics: metrics, logger: logger, stop: stopRequest, failed: failed)
    }
  }

  public func start() {
    let routing = lanes.enumerated().map { number, lane in
      OwnedThread(name: "router \(number)", stackBytes: Self.stackBytes) { lane.run() }
    }
    let releasing = OwnedThread(name: "release") { [self] in
      ReleaseLoop(settings: settings, metrics: metrics, logger: logger, stop: stopRequest).run()
    }
    threads.withLock { $0 = (routing, releasing) }
  }

  /// Finishes what is in flight, commits it and leaves the group.
  /// - Throws: `kafka` when it still waits for a server; what it had in flight is routed again.
  public func stop(within deadline: Duration) throws(RouterError) {
    stopRequest.request(within: deadline)
    let end = ContinuousClock.now + deadline + .seconds(2)
    let (routing, releasing) = threads.withLock { $0 }
    func hasEnded(_ thread: OwnedThread) -> Bool {
      thread.join(timeoutMilliseconds: Int32(max(0, (end - .now) / .milliseconds(1))))
    }
    let left = routing.filter { !hasEnded($0) }.count
    // Its transaction is rolled back where it is cut off.
    if let releasing { _ = hasEnded(releasing) }
    if left > 0 { throw RouterError(.kafka, "it still waits for a server; what it had in flight is routed again") }
  }

  /// Of each lane.
  public var states: [RouterState] { lanes.map(\.state) }

  /// Why it cannot go on; nil while it can.
  public var failure: String? { lanes.lazy.compactMap(\.failure).first }

  /// A lane has made no turn for minutes: the process should be started again.
  public var hangs: Bool { lanes.contains(where: \.hangs) }
}
