/// Stops calling a provider that takes nothing, and tries it now and then with one call.
public struct Breaker: Sendable {
  public enum State: Sendable, Equatable {
    case closed
    /// Until then nothing is sent; monotonic nanoseconds.
    case open(until: Int64)
    /// One call is on its way to see.
    case probing
  }

  public private(set) var state = State.closed
  private var failures = 0
  private var openings = 0
  /// It is open because the provider asked to be left alone.
  private var wasAsked = false
  private let threshold: Int
  private let limit: Int64

  /// - Parameters:
  ///   - threshold: failures in a row that open it.
  ///   - limit: the longest time between two tries, in nanoseconds.
  public init(threshold: Int = 5, limit: Int64 = 60_000_000_000) { (self.threshold, self.limit) = (threshold, limit) }

  /// How many of `wanted` may be sent now.
  public mutating func admit(_ wanted: Int, now: Int64) -> Int {
    switch state {
    case .closed: return wanted
    case .probing: return 0
    case .open(let until):
      guard now >= until, wanted > 0 else { return 0 }
      state = .probing
      return 1
    }
  }

  /// When it may be tried again; nil where it is not open.
  public var opensAt: Int64? { if case .open(let until) = state { until } else { nil } }

  /// The provider has answered, well or ill: it is there. Where it asked to be left alone, such an answer is to a call from
  /// before, and the time that it asked for is kept to.
  public mutating func succeeded() {
    if wasAsked, case .open = state { return }
    (state, failures, openings, wasAsked) = (.closed, 0, 0, false)
  }

  /// A probe was not sent after all.
  public mutating func unused(now: Int64) { if state == .probing { state = .open(until: now) } }

  /// The provider as a whole has failed.
  /// - Parameters:
  ///   - opens: at once, whatever the number; as for what only a person can mend.
  ///   - retryAfter: nanoseconds that it is to be left alone.
  ///   - isAsked: it asked for them, and they are kept to whatever answers come meanwhile.
  ///   - jitter: from 0 to 1, so that many workers do not come back in step.
  public mutating func failed(
    opens: Bool = false, retryAfter: Int64? = nil, isAsked: Bool = true, jitter: Double, now: Int64
  ) {
    failures += 1
    guard opens || retryAfter != nil || state == .probing || failures >= threshold else { return }
    if case .open(let until) = state, now < until {
      // Calls that were on their way when it opened; only what they ask for counts.
      if let retryAfter { (state, wasAsked) = (.open(until: max(until, now + retryAfter)), wasAsked || isAsked) }
      return
    }
    let backoff = min(limit, 1_000_000_000 << Int64(min(openings, 6)))
    let wait = max(retryAfter ?? 0, Int64(Double(backoff) * (0.5 + jitter / 2)))
    openings += 1
    (state, wasAsked) = (.open(until: now + wait), isAsked && retryAfter != nil)
  }
}

extension Breaker {
  /// What an answer says of the provider as a whole.
  /// - Parameters:
  ///   - failure: nil: it did what it was asked.
  ///   - pacer: slows down where the provider says that it is too much.
  public mutating func judge(_ failure: SendFailure?, slowing pacer: inout Pacer, jitter: Double, now: Int64) {
    guard let failure else { return succeeded() }
    let retryAfter = failure.retryAfter.map { Int64($0 / .nanoseconds(1)) }
    let isAsked = !failure.isOwnRest
    switch failure.effect {
    case .retriable, .permanent, .deadAddress: succeeded()
    case .unknown: failed(jitter: jitter, now: now)
    case .providerBusy: failed(retryAfter: retryAfter, isAsked: isAsked, jitter: jitter, now: now)
    case .providerThrottles:
      pacer.slowDown(now: now)
      failed(retryAfter: retryAfter, isAsked: isAsked, jitter: jitter, now: now)
    case .providerRefuses:
      failed(opens: true, retryAfter: retryAfter, isAsked: isAsked, jitter: jitter, now: now)
    }
  }
}
