import HTTPTransfer
public import Operations
public import Runtime
public import Telemetry

/// The ops channel: one thread that reads alerts and tells people, grouped and not too often.
public final class OpsRole: DaemonRole {
  private let settings: OpsSettings
  private let sinks: [any OpsSink]
  private let metrics: OpsMetrics
  private let logger: Logger
  private let stopRequest = StopRequest()
  private let thread: RoleThread
  /// Readable once it cannot go on; `failure` says why.
  public let failed = WakeSignal()

  /// - Parameter mail: how mails go; nil where there are none.
  /// - Throws: what libcurl does not take.
  public init(_ settings: OpsSettings, mail: (any Provider)?, registry: MetricsRegistry, logger: Logger) throws {
    var sinks: [any OpsSink] = []
    if let webhook = settings.webhook { sinks.append(try OpsHTTPSink(name: "webhook", webhook)) }
    if let slack = settings.slack { sinks.append(try OpsHTTPSink(name: "slack", slack)) }
    if let mail { sinks += settings.mail.map { OpsMailSink(to: $0, by: mail) } }
    let metrics = OpsMetrics(registry, sinks: Set(sinks.map(\.name)))
    (self.settings, self.sinks, self.metrics, self.logger) = (settings, sinks, metrics, logger)
    thread = RoleThread(
      "ops", logger: logger, stop: stopRequest, restarts: metrics.restarts, failed: failed
    ) { metrics.show($0) }
  }

  public func start() {
    thread.start { [settings, sinks, metrics, logger] thread in
      {
        try OpsSession(
          settings, sinks: sinks, metrics: metrics, logger: logger, stop: thread.stopRequest, progress: thread.progress
        ).run(thread.note)
      }
    }
  }

  /// Waits for what is on its way; what still waits is read again by the next.
  /// - Throws: when it still waits for a server.
  public func stop(within deadline: Duration) throws(RoleError) {
    stopRequest.request(within: deadline)
    let hasEnded = thread.join(within: deadline + .seconds(2))
    for sink in sinks { sink.stop(within: .zero) }
    if !hasEnded { throw RoleError("it still waits for a server; what it had in flight is told again") }
  }

  public var threads: [String: RoleThread] { ["ops": thread] }
}
