public import NotificationModel

/// What becomes of an event.
public struct Judgement: Sendable, Equatable {
  public internal(set) var verdicts: [Verdict] = []
  /// Recipients by index that nobody knows, who may be ones that replication has not brought yet.
  public internal(set) var unresolved: [Int] = []

  public init() {}

  /// What the rate limiter is to be asked: once for a person and kind of channel, however many devices there are.
  public func rateRequests(_ eventID: String) -> [RateRequest] {
    var asked: Set<RateKey> = []
    return verdicts.compactMap { verdict in
      guard case .deliver(_, let scopes) = verdict.outcome, !scopes.isEmpty, let key = verdict.rateKey,
        asked.insert(key).inserted
      else { return nil }
      return RateRequest(eventID: eventID, userID: "\(key.user)", channel: key.kind.rawValue, scopes: scopes)
    }
  }

  /// Takes the limiter's answers, in the order of `rateRequests`.
  /// - Parameter isAdvertising: without an answer it is not sent; all else is.
  public mutating func settle(_ decisions: some Sequence<RateDecision>, isAdvertising: Bool) {
    var left = decisions.makeIterator()
    var known: [RateKey: RateDecision] = [:]
    for index in verdicts.indices {
      guard case .deliver(_, let scopes) = verdicts[index].outcome, !scopes.isEmpty, let key = verdicts[index].rateKey,
        let decision = known[key] ?? left.next()
      else { continue }
      known[key] = decision
      switch decision {
      case .allowed: break
      case .limited: verdicts[index].outcome = .suppress(.rateLimited)
      case .unknown: if isAdvertising { verdicts[index].outcome = .suppress(.rateUnknown) }
      }
    }
  }
}

private struct RateKey: Hashable {
  let user: Int64
  let kind: ChannelKind
}

/// What becomes of one delivery.
public struct Verdict: Sendable, Equatable {
  /// The delivery's.
  public let id: String
  public let user: Int64?
  public let channel: DeliveryChannel
  public let target: String
  public internal(set) var outcome: Outcome

  public enum Outcome: Sendable, Equatable {
    /// Where the limiter is to be asked, what it is to count.
    case deliver(Delivery, [RateScope])
    case suppress(SuppressionReason)
    case wait(DeferralReason, until: UnixTime)

    var isSuppressed: Bool { if case .suppress = self { true } else { false } }
  }

  fileprivate var rateKey: RateKey? { user.map { RateKey(user: $0, kind: channel.kind) } }

  /// Also where another delivery of the event goes to the same address.
  var isReached: Bool { !outcome.isSuppressed || outcome == .suppress(.duplicate) }
}
