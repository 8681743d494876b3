/// How fast a provider is called: a token bucket with a configured limit, that slows down by itself when the provider says
/// that it is too much, and comes back step by step.
public struct Pacer: Sendable {
  /// A second; nil is without a limit.
  private let limit: Double?
  /// What holds at present; nil is without a limit.
  public private(set) var rate: Double?
  private var tokens: Double
  private var updatedAt: Int64
  /// Sent in the second that began then, to know from where to slow down.
  private var second: (start: Int64, count: Int)
  private var lastSecond = 0
  private var slowedAt: Int64?

  /// - Parameters:
  ///   - now: monotonic nanoseconds, as everywhere here.
  public init(limit: Double?, now: Int64) {
    (self.limit, rate) = (limit, limit)
    tokens = limit.map { max(1, $0 / 10) } ?? 0
    updatedAt = now
    second = (now, 0)
  }

  /// How many may be sent now, of so many that wait. They count as sent.
  public mutating func take(_ wanted: Int, now: Int64) -> Int {
    refill(now)
    let count = rate == nil ? wanted : min(wanted, Int(tokens))
    if rate != nil { tokens -= Double(count) }
    roll(now)
    second.count += count
    return count
  }

  /// When the next one may be sent; nil where that is at once.
  public func nextAt(now: Int64) -> Int64? {
    guard let rate, tokens < 1 else { return nil }
    return now + Int64((1 - tokens) / rate * 1_000_000_000)
  }

  /// The provider says that it is too much: half as fast from now on. What is said within a second of it was sent before.
  public mutating func slowDown(now: Int64) {
    if let slowedAt, now - slowedAt < 1_000_000_000 { return }
    slowedAt = now
    refill(now)
    roll(now)
    let present = min(rate ?? .infinity, Double(max(second.count, lastSecond, 2)))
    rate = max(1, present / 2)
    tokens = min(tokens, 1)
  }

  private mutating func roll(_ now: Int64) {
    guard now - second.start >= 1_000_000_000 else { return }
    lastSecond = now - second.start < 2_000_000_000 ? second.count : 0
    second = (now, 0)
  }

  /// A tenth faster each second, until the limit holds again; without one until it is out of sight of what was sent.
  private mutating func refill(_ now: Int64) {
    let seconds = Double(now - updatedAt) / 1_000_000_000
    updatedAt = now
    guard let rate else { return }
    // A tenth of a second's worth at once, so that what comes in bursts is smooth.
    tokens = min(tokens + rate * seconds, max(1, rate / 10))
    guard rate < limit ?? .infinity else { return }
    let faster = rate * (1 + min(seconds, 1) / 10)
    self.rate = limit.map { min(faster, $0) } ?? (faster > 100_000 ? nil : faster)
  }
}
