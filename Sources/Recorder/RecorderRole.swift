import NotificationModel
public import Operations
public import Runtime
import Synchronization
public import Telemetry

/// The recorder: one thread that writes the log, and one that looks after its days.
public final class RecorderRole: DaemonRole {
  private let settings: RecorderSettings
  private let metrics: RecorderMetrics
  private let logger: Logger
  private let stopRequest = StopRequest()
  private let recording: RoleThread
  private let maintaining = Mutex<OwnedThread?>(nil)
  /// Readable once it cannot go on; `failure` says why.
  public let failed = WakeSignal()

  public init(_ settings: RecorderSettings, registry: MetricsRegistry, logger: Logger) {
    let metrics = RecorderMetrics(registry)
    (self.settings, self.metrics, self.logger) = (settings, metrics, logger)
    recording = RoleThread(
      "recorder", logger: logger, stop: stopRequest, restarts: metrics.restarts, failed: failed, show: metrics.show)
  }

  public func start() {
    recording.start { [settings, metrics, logger] thread in
      let writer = LogWriter(settings.database, parkedTopic: settings.name(.parked))
      return {
        try RecorderSession(
          settings, writer: writer, metrics: metrics, logger: logger, stop: thread.stopRequest,
          progress: thread.progress, report: thread.note
        ).run()
      }
    }
    let maintaining = OwnedThread(name: "log days") { [self] in
      MaintenanceLoop(settings: settings, metrics: metrics, logger: logger, stop: stopRequest).run()
    }
    self.maintaining.withLock { $0 = maintaining }
  }

  /// Finishes the batch in hand, commits it and leaves the group.
  /// - Throws: when it still waits for a server; what it had in hand is written again, which changes nothing.
  public func stop(within deadline: Duration) throws(RoleError) {
    stopRequest.request(within: deadline)
    let end = ContinuousClock.now + deadline + .seconds(2)
    let isOver = recording.join(within: end - .now)
    // Its transaction is rolled back where it is cut off.
    _ = maintaining.withLock { $0 }?.join(timeoutMilliseconds: Int32(max(0, (end - .now) / .milliseconds(1))))
    if !isOver { throw RoleError("it still waits for a server; what it had in hand is written again") }
  }

  public var threads: [String: RoleThread] { ["recorder": recording] }
}
