public import NotificationModel

/// What waits for its next attempt, and how long: one ladder for each channel, and one for events.
public struct RetryLadder: Sendable, Equatable {
  /// After the first failed attempt, the second, and so on; the last one repeats where there are more attempts.
  public var steps: [RetryTier]
  /// The most attempts of all, the first among them.
  public var attempts: Int

  /// - Parameters:
  ///   - steps: not empty, and never shorter than the one before.
  ///   - attempts: nil is one more than there are steps, so that each is used once.
  public init(_ steps: [RetryTier] = RetryTier.allCases, attempts: Int? = nil) {
    precondition(!steps.isEmpty, "a ladder has a step")
    self.steps = steps
    self.attempts = max(1, attempts ?? steps.count + 1)
  }

  /// One failed attempt.
  public struct Failure: Sendable, Equatable {
    /// Nil for an event.
    public var channel: DeliveryChannel?
    public var code: String
    /// Which attempt it was, of those that count; from 1 on.
    public var attempt: Int
    /// What the other side asked for, in milliseconds from now.
    public var retryAfter: Int64?

    public init(channel: DeliveryChannel?, code: String, attempt: Int, retryAfter: Int64? = nil) {
      (self.channel, self.code, self.attempt, self.retryAfter) = (channel, code, attempt, retryAfter)
    }
  }

  /// How it goes on after a failure that may come right.
  public struct Step: Sendable, Equatable {
    public var tier: RetryTier
    /// Where the tier alone is not long enough, until when it goes round.
    public var notBefore: UnixTime?
  }

  /// Nil: it has had all its attempts.
  public func step(
    after failure: Failure, _ waits: TierWaits, floors: RetryFloors = RetryFloors(), now: UnixTime
  ) -> Step? {
    guard failure.attempt < attempts else { return nil }
    let own = steps[min(max(1, failure.attempt), steps.count) - 1]
    let tier = max(own, floors.tier(channel: failure.channel, code: failure.code) ?? own)
    guard let asked = failure.retryAfter, asked > 0 else { return Step(tier: tier, notBefore: nil) }
    let notBefore = UnixTime(milliseconds: now.milliseconds.saturatingAdd(asked))
    return Step(tier: asked > waits[tier] ? waits.tier(for: asked) : tier, notBefore: notBefore)
  }
}

extension Int64 {
  /// The nearest that there is, for what a header may say.
  public func saturatingAdd(_ other: Int64) -> Int64 {
    let (sum, overflows) = addingReportingOverflow(other)
    return overflows ? (other > 0 ? .max : .min) : sum
  }
}
