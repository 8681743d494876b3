import Kafka
import NotificationModel
import Operations
import Postgres
import Providers
import Runtime
import Telemetry
import Worker

/// The turns of asking: take what is due, call vendors, tell what they say. After a fault of Kafka's it is discarded whole:
/// what it had in hand comes due again. It belongs to one thread.
final class ReceiptSession {
  let settings: ReceiptSettings
  let calls: ReceiptCalls
  let metrics: ReceiptMetrics
  let logger: Logger
  private let stop: StopRequest
  private let progress: ThreadProgress
  let store: ReceiptStore
  let outlet: ReceiptOutlet
  var lanes: [ReceiptLane]
  /// That are to be told.
  var words: [ReceiptWord] = []
  /// That Kafka has not acknowledged.
  var telling: [UInt: ReceiptWord] = [:]
  var nextToken: UInt = 1
  var nextLook: Int64 = 0
  var nextBacklog: Int64 = 0
  var databaseRest: (until: Int64, backoff: Backoff)?
  var random = SystemRandomNumberGenerator()

  /// Words that may wait for the database or for Kafka; then nobody is asked.
  static let mostWords = 1_000

  init(
    _ settings: ReceiptSettings, calls: ReceiptCalls, metrics: ReceiptMetrics, logger: Logger, stop: StopRequest,
    progress: ThreadProgress
  ) throws(RoleError) {
    (self.settings, self.calls, self.metrics, self.logger) = (settings, calls, metrics, logger)
    (self.stop, self.progress) = (stop, progress)
    store = ReceiptStore(settings.database, settings.schedule)
    outlet = try ReceiptOutlet(settings, wake: calls.wake)
    lanes = settings.lanes(now: SystemTime.monotonicNanoseconds())
  }

  /// Works until a stop is asked for.
  func run(_ report: (RoleState) -> Void) throws(RoleError) {
    calls.forget()
    defer { close() }
    report(RoleState(.working))
    logger.notice("asks what became of text messages", ["vendors": lanes.map(\.vendor).joined(separator: ", ")])
    while !stop.isRequested {
      progress.note()
      calls.wake.clear()
      takeAnswers()
      look()
      call()
      try tell()
      try acknowledge()
      wait()
    }
  }

  private func wait() {
    let now = SystemTime.monotonicNanoseconds()
    let look = max(nextLook, databaseRest?.until ?? 0)
    let next = lanes.compactMap { $0.nextAt(now: now) }.reduce(look, min)
    let milliseconds = Int32(clamping: max(0, (next - now + 999_999) / 1_000_000))
    _ = Poll.wait([calls.wake.fileDescriptor, stop.signal.fileDescriptor], timeoutMilliseconds: milliseconds)
  }

  private func close() {
    store.close()
    let left = stop.isRequested ? stop.deadline - SystemTime.monotonicNanoseconds() : 0
    outlet.close(within: .nanoseconds(max(0, left)))
  }

  static func time() -> UnixTime { UnixTime(milliseconds: SystemTime.unixMicroseconds() / 1_000) }
}
