import NotificationModel

/// What a provider's report means for a delivery.
enum OutcomeRules {
  /// Nil: the provider as a whole has not taken it, so that it is no attempt.
  static func outcome(_ result: SendResult, resends: Bool, now: UnixTime) -> SendOutcome? {
    switch result {
    case .sent(let providerID): SendOutcome(state: .success, providerID: providerID, time: now)
    case .failed(let failure): outcome(failure, resends: resends, now: now)
    }
  }

  private static func outcome(_ failure: SendFailure, resends: Bool, now: UnixTime) -> SendOutcome? {
    var outcome = SendOutcome(state: .retrying, code: failure.code, errorClass: .retriable, time: now)
    outcome.retryAfter = failure.retryAfter.map { Int(($0 / .seconds(1)).rounded(.up)) }
    switch failure.effect {
    case .retriable: break
    case .unknown where resends: break
    case .unknown: (outcome.state, outcome.errorClass) = (.ambiguous, .permanent)
    case .permanent: (outcome.state, outcome.errorClass) = (.fail, .permanent)
    case .deadAddress(let since):
      // Nothing is left to do for it: no dead letter, only the word that the address is dead.
      (outcome.state, outcome.errorClass, outcome.deadSince) = (.fail, nil, since ?? now)
    case .providerBusy, .providerThrottles, .providerRefuses: return nil
    }
    return outcome
  }

  /// What may not be sent any more, whatever the provider would say; nil where it may.
  /// - Parameter horizon: how long a claim knows what became of it, in milliseconds.
  static func obstacle(_ delivery: Delivery, horizon: Int64, now: UnixTime) -> SendOutcome? {
    if let sendBefore = delivery.sendBefore, sendBefore <= now {
      return SendOutcome(state: .retrying, code: "WINDOW", errorClass: .window, time: now)
    }
    // An hour before nobody could tell any more whether it was sent.
    guard now.milliseconds > delivery.notBefore.milliseconds + horizon - 3_600_000 else { return nil }
    return SendOutcome(state: .fail, code: "STALE", errorClass: .permanent, time: now)
  }
}
