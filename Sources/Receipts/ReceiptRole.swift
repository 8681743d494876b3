import HTTPTransfer
public import Operations
public import Runtime
public import Telemetry

/// Beside a worker of text messages: one thread that asks vendors what became of them, and tells it. That it cannot, as
/// the notification database or a vendor is away, is no reason to take the worker for not ready.
public final class ReceiptRole: Service {
  private let settings: ReceiptSettings
  private let metrics: ReceiptMetrics
  private let logger: Logger
  private let calls: ReceiptCalls
  private let stopRequest = StopRequest()
  private let thread: RoleThread
  /// Readable once it cannot go on; `failure` says why.
  public let failed = WakeSignal()
  public let name = "reports"

  /// - Throws: what libcurl does not take.
  public init(_ settings: ReceiptSettings, registry: MetricsRegistry, logger: Logger) throws {
    let vendors = settings.lanes(now: 0).map(\.vendor)
    (self.settings, self.logger) = (settings, logger)
    metrics = ReceiptMetrics(registry, vendors: vendors)
    calls = try ReceiptCalls(settings.client, wake: WakeSignal())
    thread = RoleThread(
      "reports", logger: logger, stop: stopRequest, restarts: metrics.restarts, failed: failed
    ) { _ in }
  }

  public func start() {
    thread.start { [settings, calls, metrics, logger] thread in
      {
        try ReceiptSession(
          settings, calls: calls, metrics: metrics, logger: logger, stop: thread.stopRequest, progress: thread.progress
        ).run(thread.note)
      }
    }
  }

  /// Takes what vendors say by themselves, as by a call-back; from any thread. What is asked goes the same way. Reports that
  /// come while it cannot work may be dropped, as the vendor is asked as well.
  public func add(_ reports: [ReceiptReport]) { calls.add(reports) }

  /// Leaves what is on its way: it comes due again.
  /// - Throws: when it still waits for a server.
  public func stop(within deadline: Duration) throws {
    stopRequest.request(within: deadline)
    let hasEnded = thread.join(within: deadline + .seconds(2))
    calls.stop(within: .zero)
    if !hasEnded { throw RoleError("it still waits for a server; what it had in hand is asked again") }
  }

  public var stopDeadline: Duration { settings.stopDeadline }
  public var failure: String? { thread.failure }
  public var state: RoleState { thread.state }
  public var healthProblems: [String: String] { thread.hangs ? [name: "has made no progress for three minutes"] : [:] }
}
