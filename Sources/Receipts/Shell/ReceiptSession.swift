import Foundation
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
  private let settings: ReceiptSettings
  private let calls: ReceiptCalls
  private let metrics: ReceiptMetrics
  private let logger: Logger
  private let stop: StopRequest
  private let progress: ThreadProgress
  private let store: ReceiptStore
  private let outlet: ReceiptOutlet
  private var lanes: [ReceiptLane]
  /// That are to be told.
  private var words: [ReceiptWord] = []
  /// That Kafka has not acknowledged.
  private var telling: [UInt: ReceiptWord] = [:]
  private var nextToken: UInt = 1
  private var nextLook: Int64 = 0
  private var nextBacklog: Int64 = 0
  private var databaseRest: (until: Int64, backoff: Backoff)?
  private var random = SystemRandomNumberGenerator()

  /// Words that may wait for the database or for Kafka; then nobody is asked.
  private static let mostWords = 1_000

  init(
    _ settings: ReceiptSettings, calls: ReceiptCalls, metrics: ReceiptMetrics, logger: Logger, stop: StopRequest,
    progress: ThreadProgress
  ) throws(ReceiptError) {
    (self.settings, self.calls, self.metrics, self.logger) = (settings, calls, metrics, logger)
    (self.stop, self.progress) = (stop, progress)
    store = ReceiptStore(settings.database, settings.schedule)
    outlet = try ReceiptOutlet(settings, wake: calls.wake)
    lanes = settings.lanes(now: SystemTime.monotonicNanoseconds())
  }

  /// Works until a stop is asked for.
  func run(_ report: (RoleState) -> Void) throws(ReceiptError) {
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

  private func takeAnswers() {
    for ended in calls.takeEnded() {
      guard let lane = lanes.firstIndex(where: { $0.vendor == ended.vendor }) else { continue }
      let end = ended.ask.judge(ended.answer)
      let jitter = Double.random(in: 0...1, using: &random)
      let now = SystemTime.monotonicNanoseconds()
      let before = lanes[lane].breaker.state
      if let failure = lanes[lane].ended(ended.ask, end, jitter: jitter, now: now) {
        metrics.countFailure(failure.code, of: ended.vendor)
        if before == .closed, lanes[lane].breaker.state != .closed {
          logger.warning(
            "a vendor tells nothing of messages at present", ["vendor": ended.vendor, "code": failure.code])
        }
      }
      take(end.results.map { ReceiptReport(SMSReceiptKey(vendor: ended.vendor, id: $0.key), $0.value) })
    }
    if words.count < Self.mostWords { take(calls.takeReports()) }
  }

  /// The one way of reports, whether a vendor was asked or called back.
  private func take(_ reports: [ReceiptReport]) { words += reports.compactMap { ReceiptWord($0) } }

  /// Takes what is due in hand.
  private func look() {
    let now = SystemTime.monotonicNanoseconds()
    guard now >= nextLook, isDatabaseUsable(now), words.count + telling.count < Self.mostWords else { return }
    nextLook = now + Int64(settings.look / .nanoseconds(1))
    let time = Self.time()
    database { () throws(PostgresError) in
      for lane in lanes.indices {
        let room = lanes[lane].room(now: now)
        // Also while a vendor is away it is over for messages whose time is.
        let most = room > 0 ? room : Self.mostWords
        let taken = try store.take(lanes[lane].vendor, most: most, overOnly: room == 0, now: time)
        add(taken, to: lane, time)
        if taken.count == most { nextLook = now + 200_000_000 }
      }
      guard now >= nextBacklog else { return }
      nextBacklog = now + 60_000_000_000
      let backlog = try store.backlog(lanes.map(\.vendor), now: time)
      metrics.awaited.set(backlog.awaited)
      metrics.overdue.set(backlog.overdue)
    }
  }

  private func add(_ taken: [AwaitedReceipt], to lane: Int, _ time: UnixTime) {
    let schedule = settings.schedule
    let over = taken.filter { schedule.isOver(acceptedAt: $0.acceptedAt, now: time) }
    words += over.map { ReceiptWord.silence(of: $0.key) }
    let open = taken.filter { !schedule.isOver(acceptedAt: $0.acceptedAt, now: time) }
    let strange = lanes[lane].add(open.map(\.key.id))
    if !strange.isEmpty {
      logger.debug("ids that a vendor cannot be asked about", ["count": "\(strange.count)"])
    }
  }

  private func call() {
    let now = SystemTime.monotonicNanoseconds()
    let time = Self.time()
    for lane in lanes.indices {
      let asks = lanes[lane].admit(now: now)
      guard !asks.isEmpty else { continue }
      metrics.countAsks(asks.count, of: lanes[lane].vendor)
      calls.send(asks.map { ($0, $0.request(time, Self.nonce())) }, to: lanes[lane].vendor)
    }
  }

  /// Looks words' deliveries up and tells them. They stay awaited until a recorder has read it.
  private func tell() throws(ReceiptError) {
    guard !words.isEmpty, isDatabaseUsable(SystemTime.monotonicNanoseconds()) else { return }
    let now = Self.time()
    var found: [(word: ReceiptWord, status: DeliveryStatus)] = []
    let isDone = database { () throws(PostgresError) in
      let byKey = Dictionary(words.map { ($0.key.providerID, $0) }) { $0.receipt.rank < $1.receipt.rank ? $1 : $0 }
      let deliveries = try store.deliveries(of: byKey.values.map(\.key))
      found = deliveries.compactMap { delivery in
        delivery.providerID.flatMap { byKey[$0] }.map { ($0, $0.status(of: delivery, now: now)) }
      }
      metrics.unmatched.increment(by: byKey.count - Set(deliveries.compactMap(\.providerID)).count)
    }
    guard isDone else { return }
    words = []
    for (word, status) in found {
      telling[nextToken] = word
      try outlet.send(status, token: nextToken)
      nextToken += 1
    }
  }

  private func acknowledge() throws(ReceiptError) {
    for token in try outlet.drain() {
      guard let word = telling.removeValue(forKey: token) else { continue }
      metrics.count(word.receipt, of: word.key.vendor)
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

  private static func time() -> UnixTime { UnixTime(milliseconds: SystemTime.unixMicroseconds() / 1_000) }

  /// 122 random bits.
  private static func nonce() -> String { UUID().uuidString.replacing("-", with: "") }
}

/// The database may be away: then nobody is asked, words wait, and sending goes on beside.
extension ReceiptSession {
  private func isDatabaseUsable(_ now: Int64) -> Bool { databaseRest.map { now >= $0.until } ?? true }

  /// - Returns: false where it failed; then it rests.
  @discardableResult
  private func database(_ body: () throws(PostgresError) -> Void) -> Bool {
    do throws(PostgresError) {
      try body()
    } catch {
      rest(error)
      return false
    }
    if databaseRest != nil {
      logger.notice("the notification database answers again")
      databaseRest = nil
    }
    return true
  }

  private func rest(_ error: PostgresError) {
    metrics.databaseFailures.increment()
    if databaseRest == nil {
      logger.warning(
        "the notification database cannot be asked; no vendor is asked until it can", ["reason": error.description])
    }
    var backoff = databaseRest?.backoff ?? Backoff()
    let time = Int64(backoff.next(using: &random) / .nanoseconds(1))
    databaseRest = (SystemTime.monotonicNanoseconds() + time, backoff)
    nextLook = 0
  }
}

extension ReceiptSettings {
  /// One for each vendor that tells later what became of messages.
  func lanes(now: Int64) -> [ReceiptLane] {
    var names: Set<String> = []
    let most = schedule.mostInHand(rate: rate)
    return vendors.compactMap { vendor in
      guard let source = vendor.results, names.insert(vendor.name).inserted else { return nil }
      return ReceiptLane(vendor.name, source, rate: rate, most: most, now: now)
    }
  }
}
