import NotificationModel
import Worker

/// Which vendors may be called. One that failed rests, twice as long with each failure; then one call tries it, and the
/// others wait for what comes of that. Its times are steady ones: a clock that is set back must not prolong a rest.
struct VendorChoice {
  private enum State {
    case healthy
    case resting(until: UnixTime, failures: Int, last: SendFailure)
    /// - Parameter until: so that a call that is never heard of again does not keep it closed.
    case tried(until: UnixTime, failures: Int, last: SendFailure)
  }

  private var states: [State]
  private let first: Int64
  private let most: Int64

  /// - Parameters:
  ///   - first: how long the first rest is.
  ///   - most: no rest is longer.
  init(vendors: Int, first: Duration = .seconds(5), most: Duration = .seconds(300)) {
    states = Array(repeating: .healthy, count: vendors)
    (self.first, self.most) = (Int64(first / .milliseconds(1)), Int64(most / .milliseconds(1)))
  }

  /// Whether a call may be made now. It is counted as made.
  mutating func open(_ vendor: Int, now: UnixTime) -> Bool {
    switch states[vendor] {
    case .healthy: return true
    case .resting(let until, let failures, let last), .tried(let until, let failures, let last):
      guard now >= until else { return false }
      states[vendor] = .tried(until: now.adding(most), failures: failures, last: last)
      return true
    }
  }

  /// Why it may not be called now, and when again.
  func rest(of vendor: Int, now: UnixTime) -> SendFailure? {
    switch states[vendor] {
    case .healthy: nil
    case .resting(let until, _, let last):
      SendFailure(
        last.effect, code: last.code, retryAfter: .milliseconds(max(1, until.milliseconds - now.milliseconds)),
        isOwnRest: last.retryAfter == nil)
    case .tried(_, _, let last):
      SendFailure(last.effect, code: last.code, retryAfter: .seconds(1), isOwnRest: true)
    }
  }

  /// Why it rests, or is only tried; nil where it works as far as anybody knows.
  func lastFailure(of vendor: Int) -> SendFailure? {
    switch states[vendor] {
    case .healthy: nil
    case .resting(_, _, let last), .tried(_, _, let last): last
    }
  }

  /// A call to it ended.
  /// - Parameter failure: nil: it works.
  mutating func ended(_ vendor: Int, _ failure: SendFailure?, now: UnixTime) {
    guard let failure else {
      states[vendor] = .healthy
      return
    }
    switch states[vendor] {
    case .healthy: rest(vendor, failures: 1, failure, now: now)
    case .tried(_, let failures, _): rest(vendor, failures: failures + 1, failure, now: now)
    // Calls that were under way when it failed first say nothing new.
    case .resting: break
    }
  }

  /// A call to it was not made after all, so another one may try.
  mutating func notCalled(_ vendor: Int, now: UnixTime) {
    if case .tried(_, let failures, let last) = states[vendor] {
      states[vendor] = .resting(until: now, failures: failures, last: last)
    }
  }

  private mutating func rest(_ vendor: Int, failures: Int, _ failure: SendFailure, now: UnixTime) {
    let length = min(most, first << Int64(min(failures - 1, 20)))
    let asked = failure.retryAfter.map { Int64($0 / .milliseconds(1)) } ?? 0
    states[vendor] = .resting(until: now.adding(max(length, min(asked, most))), failures: failures, last: failure)
  }
}

extension UnixTime {
  fileprivate func adding(_ length: Int64) -> UnixTime { UnixTime(milliseconds: milliseconds + length) }
}
