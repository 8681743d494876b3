import HTTPTransfer
public import Runtime
import Synchronization
public import Telemetry

/// The ops channel: one thread that reads alerts and tells people, grouped and not too often.
public final class OpsRole: Sendable {
  private let settings: OpsSettings
  private let sinks: [any OpsSink]
  private let metrics: OpsMetrics
  private let logger: Logger
  private let stopRequest = StopRequest()
  private let progress = ThreadProgress()
  private let current = Mutex(WorkerState(.connecting))
  private let fatal = Mutex<String?>(nil)
  private let thread = Mutex<OwnedThread?>(nil)
  /// Readable once it cannot go on; `failure` says why.
  public let failed = WakeSignal()

  /// - Parameter mail: how mails go; nil where there are none.
  /// - Throws: what libcurl does not take.
  public init(_ settings: OpsSettings, mail: (any Provider)?, registry: MetricsRegistry, logger: Logger) throws {
    (self.settings, self.logger) = (settings, logger)
    var sinks: [any OpsSink] = []
    if let webhook = settings.webhook { sinks.append(try OpsHTTPSink(name: "webhook", webhook)) }
    if let slack = settings.slack { sinks.append(try OpsHTTPSink(name: "slack", slack)) }
    if let mail { sinks += settings.mail.map { OpsMailSink(to: $0, by: mail) } }
    self.sinks = sinks
    metrics = OpsMetrics(registry, sinks: Set(sinks.map(\.name)))
    metrics.show(WorkerState(.connecting))
  }

  public func start() { thread.withLock { $0 = OwnedThread(name: "ops") { [self] in run() } } }

  /// Waits for what is on its way; what still waits is read again by the next.
  /// - Throws: when it still waits for a server.
  public func stop(within deadline: Duration) throws(WorkerError) {
    stopRequest.request(within: deadline)
    let limit = Int32((deadline + .seconds(2)) / .milliseconds(1))
    let hasEnded = thread.withLock { $0 }?.join(timeoutMilliseconds: limit) ?? true
    for sink in sinks { sink.stop(within: .zero) }
    if !hasEnded { throw WorkerError("it still waits for a server; what it had in flight is told again") }
  }

  public var state: WorkerState { current.withLock { $0 } }

  /// Why it cannot go on; nil while it can.
  public var failure: String? { fatal.withLock { $0 } }

  /// It has made no turn for minutes: the process should be started again.
  public var hangs: Bool { progress.hangs(now: SystemTime.monotonicNanoseconds()) }

  private func run() {
    var random = SystemRandomNumberGenerator()
    var backoff = Backoff()
    while !stopRequest.isRequested {
      let started = SystemTime.monotonicNanoseconds()
      do throws(WorkerError) {
        let session = try OpsSession(
          settings, sinks: sinks, metrics: metrics, logger: logger, stop: stopRequest, progress: progress)
        try session.run { note($0) }
      } catch {
        if case .stop = error.disposition { return fail(error.description) }
        if SystemTime.monotonicNanoseconds() - started > 60_000_000_000 { backoff.reset() }
        rest(error, backoff.next(using: &random))
      }
    }
    note(WorkerState(.stopped))
  }

  private func rest(_ error: WorkerError, _ time: Duration) {
    metrics.restarts.increment()
    logger.warning("work is interrupted and begins again", ["reason": error.description])
    note(WorkerState(.holding, error.description))
    progress.note()
    _ = Poll.wait([stopRequest.signal.fileDescriptor], timeoutMilliseconds: Int32(time / .milliseconds(1)))
  }

  private func note(_ state: WorkerState) {
    current.withLock { $0 = state }
    metrics.show(state)
    if state.kind == .working { logger.notice("working", ["topic": settings.topic, "group": settings.group]) }
  }

  private func fail(_ reason: String) {
    fatal.withLock { $0 = reason }
    note(WorkerState(.stopped, reason))
    failed.signal()
  }
}
