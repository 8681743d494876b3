import NotificationModel
import Policy

/// What becomes of a dead letter, by what its headers say.
struct LetterRules {
  let ladders: RetryLadders
  let waits: TierWaits
  /// Milliseconds in which a claim knows what became of a delivery.
  let horizon: Int64

  enum Fate: Equatable {
    /// To the tier's topic; `notBefore` where that alone is not long enough.
    case wait(RetryTier, notBefore: UnixTime?)
    /// Policy says whether it is sent now.
    case judge
    /// - Parameter because: nil: as its headers say.
    case park(because: String?)
  }

  static let unreadable = "UNREADABLE_DEAD_LETTER"
  static let stale = "STALE"

  /// Of one that has just failed.
  func fate(of letter: DeadRecord, now: UnixTime) -> Fate {
    guard let home = letter.home, let errorClass = letter.errorClass else { return .park(because: Self.unreadable) }
    switch errorClass {
    case .permanent: return .park(because: nil)
    case .window: return home.channel == nil ? .park(because: nil) : .judge
    case .retriable: break
    }
    let failure = RetryLadder.Failure(
      channel: home.channel, code: letter.code, attempt: letter.attempt - letter.uncounted,
      retryAfter: letter.retryAfter)
    let step = ladders[home.channel].step(after: failure, waits, floors: ladders.floors, now: now)
    guard let step else { return .park(because: nil) }
    if let notBefore = step.notBefore, notBefore.milliseconds > now.milliseconds + horizon {
      return .park(because: Self.stale)
    }
    return .wait(step.tier, notBefore: step.notBefore)
  }

  /// Of one whose tier has let it go.
  func fate(ofDue letter: DeadRecord, now: UnixTime) -> Fate {
    guard letter.home != nil, let errorClass = letter.errorClass else { return .park(because: Self.unreadable) }
    if errorClass == .permanent { return .park(because: nil) }
    guard let notBefore = letter.notBefore, notBefore > now else { return .judge }
    return .wait(waits.tier(for: notBefore.milliseconds - now.milliseconds), notBefore: notBefore)
  }

  /// Nobody could tell any more whether it was sent.
  func isStale(_ delivery: Delivery, now: UnixTime) -> Bool {
    now.milliseconds > delivery.notBefore.milliseconds.saturatingAdd(horizon - 3_600_000)
  }
}
