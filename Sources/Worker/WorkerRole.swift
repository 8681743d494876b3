public import Operations
import Redis
public import Runtime
import Synchronization
public import Telemetry

/// A worker: one thread that reads a channel's deliveries and has a provider send them.
public final class WorkerRole: DaemonRole {
  private let settings: WorkerSettings
  private let provider: any Provider
  private let metrics: WorkerMetrics
  private let logger: Logger
  private let stopRequest = StopRequest()
  private let thread: RoleThread
  private let cutShort = Mutex(0)
  /// Readable once it cannot go on; `failure` says why.
  public let failed = WakeSignal()

  public init(_ settings: WorkerSettings, provider: any Provider, registry: MetricsRegistry, logger: Logger) {
    let metrics = WorkerMetrics(registry, channel: settings.channel)
    (self.settings, self.provider, self.metrics, self.logger) = (settings, provider, metrics, logger)
    thread = RoleThread(
      "worker", logger: logger, stop: stopRequest, restarts: metrics.restarts, failed: failed
    ) { metrics.show($0) }
  }

  public func start() {
    thread.start { [self] thread in
      let redis = try RedisConnection(settings.redis)
      return { [self] in
        let left = try WorkerSession(
          settings, provider: provider, redis: redis, metrics: metrics, logger: logger, stop: thread.stopRequest,
          progress: thread.progress, report: thread.note
        ).run()
        cutShort.withLock { $0 = left }
      }
    }
  }

  /// Finishes what is in flight, commits it and leaves the group.
  /// - Throws: when it still waits for a server, or had to leave what was in flight. The claims know what was sent.
  public func stop(within deadline: Duration) throws(RoleError) {
    stopRequest.request(within: deadline)
    let hasEnded = thread.join(within: deadline + .seconds(2))
    provider.stop(within: .zero)
    if !hasEnded { throw RoleError("it still waits for a server; what it had in flight is looked up in its claims") }
    let left = cutShort.withLock { $0 }
    guard left == 0 else { throw RoleError("\(left) deliveries were in flight; their claims tell what came of it") }
  }

  public var state: RoleState { thread.state }

  public var threads: [String: RoleThread] { ["worker": thread] }

  /// A stop was asked for.
  public var isStopping: Bool { stopRequest.isRequested }
}
