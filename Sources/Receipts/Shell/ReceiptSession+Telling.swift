import NotificationModel
import Operations
import Postgres
import Providers
import Runtime
import Telemetry

/// From words to statuses.
extension ReceiptSession {
  /// Looks words' deliveries up and tells them. They stay awaited until a recorder has read it.
  func tell() throws(RoleError) {
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

  func acknowledge() throws(RoleError) {
    for token in try outlet.drain() {
      guard let word = telling.removeValue(forKey: token) else { continue }
      metrics.count(word.receipt, of: word.key.vendor)
    }
  }
}

/// The database may be away: then nobody is asked, words wait, and sending goes on beside.
extension ReceiptSession {
  func isDatabaseUsable(_ now: Int64) -> Bool { databaseRest.map { now >= $0.until } ?? true }

  /// - Returns: false where it failed; then it rests.
  @discardableResult
  func database(_ body: () throws(PostgresError) -> Void) -> Bool {
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
