import NotificationModel
import Postgres
import Providers
import Runtime
import Telemetry
import Worker

/// From the table to vendors, and back.
extension ReceiptSession {
  func takeAnswers() {
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
  func look() {
    let now = SystemTime.monotonicNanoseconds()
    guard now >= nextLook, isDatabaseUsable(now) else { return }
    nextLook = now + Int64(settings.look / .nanoseconds(1))
    guard words.count + telling.count < Self.mostWords else { return }
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

  func call() {
    let now = SystemTime.monotonicNanoseconds()
    let time = Self.time()
    for lane in lanes.indices {
      let asks = lanes[lane].admit(now: now)
      guard !asks.isEmpty else { continue }
      metrics.countAsks(asks.count, of: lanes[lane].vendor)
      calls.send(asks.map { ($0, $0.request(time, SMSNonce.make())) }, to: lanes[lane].vendor)
    }
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
