import NotificationModel
public import Runtime
import Synchronization
public import Telemetry

/// The recorder: one thread that writes the log, and one that looks after its days.
public final class RecorderRole: Sendable {
  private let settings: RecorderSettings
  private let metrics: RecorderMetrics
  private let logger: Logger
  private let stopRequest = StopRequest()
  private let progress = ThreadProgress()
  private let current = Mutex(RecorderState(.connecting))
  private let fatal = Mutex<String?>(nil)
  private let threads = Mutex<(recording: OwnedThread?, maintaining: OwnedThread?)>((nil, nil))
  /// Readable once it cannot go on; `failure` says why.
  public let failed = WakeSignal()

  public init(_ settings: RecorderSettings, registry: MetricsRegistry, logger: Logger) {
    (self.settings, self.logger) = (settings, logger)
    metrics = RecorderMetrics(registry)
    metrics.show(RecorderState(.connecting))
  }

  public func start() {
    // JSON that is nested as deep as the parser allows is read by recursion.
    let recording = OwnedThread(name: "recorder", stackBytes: 16 << 20) { [self] in run() }
    let maintaining = OwnedThread(name: "log days") { [self] in
      MaintenanceLoop(settings: settings, metrics: metrics, logger: logger, stop: stopRequest).run()
    }
    threads.withLock { $0 = (recording, maintaining) }
  }

  /// Finishes the batch in hand, commits it and leaves the group.
  /// - Throws: when it still waits for a server; what it had in hand is written again, which changes nothing.
  public func stop(within deadline: Duration) throws(RecorderError) {
    stopRequest.request(within: deadline)
    let end = ContinuousClock.now + deadline + .seconds(2)
    let (recording, maintaining) = threads.withLock { $0 }
    func hasEnded(_ thread: OwnedThread?) -> Bool {
      thread?.join(timeoutMilliseconds: Int32(max(0, (end - .now) / .milliseconds(1)))) ?? true
    }
    let isOver = hasEnded(recording)
    // Its transaction is rolled back where it is cut off.
    _ = hasEnded(maintaining)
    if !isOver { throw RecorderError(.database, "it still waits for a server; what it had in hand is written again") }
  }

  public var state: RecorderState { current.withLock { $0 } }

  /// Why it cannot go on; nil while it can.
  public var failure: String? { fatal.withLock { $0 } }

  /// It has made no turn for minutes: the process should be started again.
  public var hangs: Bool { progress.hangs(now: SystemTime.monotonicNanoseconds()) }
}

extension RecorderRole {
  private func run() {
    let writer = LogWriter(settings.database, parkedTopic: settings.name(.parked))
    var random = SystemRandomNumberGenerator()
    var backoff = Backoff()
    while !stopRequest.isRequested {
      let started = SystemTime.monotonicNanoseconds()
      do throws(RecorderError) {
        try session(writer).run()
      } catch {
        if error.code == .configuration { return fail(error.description) }
        // A fault after a minute of work is a new one.
        if SystemTime.monotonicNanoseconds() - started > 60_000_000_000 { backoff.reset() }
        rest(error, backoff.next(using: &random))
      }
    }
    note(RecorderState(.stopped))
  }

  private func session(_ writer: LogWriter) throws(RecorderError) -> RecorderSession {
    try RecorderSession(
      settings, writer: writer, metrics: metrics, logger: logger, stop: stopRequest, progress: progress,
      report: { [self] in note($0) })
  }

  private func rest(_ error: RecorderError, _ time: Duration) {
    metrics.restarts.increment()
    logger.warning("recording is interrupted and begins again", ["reason": error.description])
    note(RecorderState(.holding, error.description))
    progress.note()
    _ = Poll.wait([stopRequest.signal.fileDescriptor], timeoutMilliseconds: Int32(time / .milliseconds(1)))
  }

  private func note(_ state: RecorderState) {
    current.withLock { $0 = state }
    metrics.show(state)
  }

  private func fail(_ reason: String) {
    fatal.withLock { $0 = reason }
    note(RecorderState(.stopped, reason))
    failed.signal()
  }
}
