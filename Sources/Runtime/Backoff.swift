/// Exponential back-off with jitter: each delay is drawn from the upper half of a doubling interval, so that many
/// clients of a server that comes back do not return in step.
public struct Backoff: Sendable {
  /// The first interval; more than zero.
  public let initial: Duration
  /// The longest interval.
  public let limit: Duration
  private var attempt = 0

  public init(initial: Duration = .milliseconds(200), limit: Duration = .seconds(30)) {
    self.initial = initial
    self.limit = limit
  }

  /// The delay before the next attempt: between half of the interval and the whole of it.
  public mutating func next(using random: inout some RandomNumberGenerator) -> Duration {
    let interval = min(initial * (1 << min(attempt, 20)), limit)
    attempt += 1
    return interval * Double.random(in: 0.5...1, using: &random)
  }

  /// To be called when the other side has answered.
  public mutating func reset() { attempt = 0 }
}
