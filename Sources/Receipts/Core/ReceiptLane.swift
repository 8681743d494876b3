import NotificationModel
import Providers
import Worker

/// Calls to one vendor: how fast, and whether at all. Of accounts of one vendor the first is asked.
struct ReceiptLane {
  let vendor: String
  private let source: any SMSResultSource
  private let most: Int
  private var waiting: [SMSAsk] = []
  /// Messages that calls on their way ask about.
  private var inFlight = 0
  private(set) var pacer: Pacer
  private(set) var breaker = Breaker()

  /// - Parameters:
  ///   - rate: calls a second.
  ///   - most: messages in hand.
  ///   - now: monotonic nanoseconds, as everywhere here.
  init(_ vendor: String, _ source: any SMSResultSource, rate: Double, most: Int, now: Int64) {
    (self.vendor, self.source, self.most) = (vendor, source, most)
    pacer = Pacer(limit: rate, now: now)
  }

  /// How many messages may be taken in hand now: one alone to see whether the vendor answers again.
  func room(now: Int64) -> Int {
    switch breaker.state {
    case .closed: max(0, most - waiting.reduce(0) { $0 + $1.ids.count } - inFlight)
    case .open(let until): now >= until && waiting.isEmpty && inFlight == 0 ? 1 : 0
    case .probing: 0
    }
  }

  /// - Returns: ids that cannot be the vendor's, which nobody can be asked about.
  mutating func add(_ ids: [String]) -> [String] {
    let asks = source.asks(for: ids)
    waiting += asks
    let known = Set(asks.flatMap(\.ids))
    return ids.filter { !known.contains($0) }
  }

  /// What is called now.
  mutating func admit(now: Int64) -> [SMSAsk] {
    guard !waiting.isEmpty else { return [] }
    let count = pacer.take(breaker.admit(waiting.count, now: now), now: now)
    if count == 0 { breaker.unused(now: now) }
    let admitted = Array(waiting.prefix(count))
    waiting.removeFirst(count)
    inFlight += admitted.reduce(0) { $0 + $1.ids.count }
    return admitted
  }

  /// A call ended.
  /// - Parameter jitter: from 0 to 1.
  /// - Returns: why it told nothing; nil where it did.
  mutating func ended(_ ask: SMSAsk, _ end: SMSAskEnd, jitter: Double, now: Int64) -> SendFailure? {
    inFlight -= ask.ids.count
    let failure = Self.failure(end)
    breaker.judge(failure, slowing: &pacer, jitter: jitter, now: now)
    waiting.insert(contentsOf: end.further, at: 0)
    // What is left comes due again in the table, later and later; here it would only grow old.
    if breaker.state != .closed { waiting = [] }
    return failure
  }

  /// When there is something to call; nil where that is not known, or at an answer.
  func nextAt(now: Int64) -> Int64? {
    guard !waiting.isEmpty, breaker.state != .probing else { return nil }
    return max(breaker.opensAt ?? now, pacer.nextAt(now: now) ?? now)
  }

  private static func failure(_ end: SMSAskEnd) -> SendFailure? {
    let failures = end.results.sorted { $0.key < $1.key }.compactMap { _, result in
      if case .noAnswer(let failure) = result { failure } else { nil }
    }
    return failures.count == end.results.count && end.further.isEmpty ? failures.first : nil
  }
}
