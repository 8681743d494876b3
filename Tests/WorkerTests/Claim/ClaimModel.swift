import NotificationModel

@testable import Worker

/// What the claims' scripts are to do, in plain Swift. Leases are over at once or never, so that it needs no clock.
struct ClaimModel {
  struct Claim: Equatable {
    enum State: Equatable {
      case claimed, sending
      case done(SendOutcome)
      case failed(SendOutcome)
    }

    var state: State
    var replay: Int
    var attempt: Int
    var owner: String
    var isLive: Bool

    var isOpen: Bool { state == .claimed || state == .sending }
  }

  private(set) var claims: [String: Claim] = [:]

  private static func order(_ ticket: ClaimTicket, _ claim: Claim) -> Int {
    let (one, other) = ((ticket.replay, ticket.attempt), (claim.replay, claim.attempt))
    return one == other ? 0 : one < other ? -1 : 1
  }

  mutating func claim(
    _ ticket: ClaimTicket, by owner: String, isLive: Bool, resends: Bool, beginning: Bool = false
  ) -> ClaimAnswer {
    let answer = answer(ticket, owner, resends)
    switch answer {
    case .claimed, .resend:
      claims[ticket.deliveryID] = Claim(
        state: beginning ? .sending : .claimed, replay: ticket.replay, attempt: ticket.attempt, owner: owner,
        isLive: isLive)
    case .ambiguous: claims[ticket.deliveryID]?.state = .failed(.ambiguous)
    default: break
    }
    return answer
  }

  private func answer(_ ticket: ClaimTicket, _ owner: String, _ resends: Bool) -> ClaimAnswer {
    guard let claim = claims[ticket.deliveryID] else { return .claimed }
    let order = Self.order(ticket, claim)
    if order < 0 { return .superseded }
    switch claim.state {
    case .claimed where claim.isLive && !(claim.owner == owner && order == 0): return .held(for: .zero)
    case .claimed: return .claimed
    case .sending where claim.isLive: return .held(for: .zero)
    case .sending: return resends || order > 0 ? .resend : .ambiguous
    case .done(let outcome): return ticket.replay == claim.replay ? .done(outcome) : .claimed
    case .failed(let outcome): return order == 0 ? .failed(outcome) : .claimed
    }
  }

  mutating func begin(_ ticket: ClaimTicket, by owner: String, isLive: Bool) -> Bool {
    guard let claim = claims[ticket.deliveryID], claim.state == .claimed, claim.owner == owner,
      Self.order(ticket, claim) == 0
    else { return false }
    claims[ticket.deliveryID]?.state = .sending
    claims[ticket.deliveryID]?.isLive = isLive
    return true
  }

  mutating func finish(_ ticket: ClaimTicket, _ outcome: SendOutcome?, by owner: String, isLive: Bool) -> MarkAnswer {
    guard let claim = claims[ticket.deliveryID] else {
      claims[ticket.deliveryID] = Claim(
        state: outcome.map { $0.isSent ? .done($0) : .failed($0) } ?? .claimed, replay: ticket.replay,
        attempt: ticket.attempt, owner: owner, isLive: isLive)
      return .marked
    }
    let order = Self.order(ticket, claim)
    let isOwn = claim.isOpen && order == 0 && claim.owner == owner
    guard let outcome else {
      if isOwn {
        claims[ticket.deliveryID]?.state = .claimed
        claims[ticket.deliveryID]?.isLive = isLive
        return .marked
      }
      return settled(claim, order)
    }
    let wasSentAnyway = outcome.isSent && claim.isOpen && order <= 0 && ticket.replay == claim.replay
    if isOwn || wasSentAnyway {
      claims[ticket.deliveryID]?.state = outcome.isSent ? .done(outcome) : .failed(outcome)
      return .marked
    }
    if order == 0, outcome.isSent, case .failed = claim.state {
      claims[ticket.deliveryID]?.state = .done(outcome)
      return .marked
    }
    return settled(claim, order)
  }

  private func settled(_ claim: Claim, _ order: Int) -> MarkAnswer {
    switch claim.state {
    case .done(let outcome) where order == 0, .failed(let outcome) where order == 0: .settled(outcome)
    default: .lost
    }
  }

  mutating func renew(_ ticket: ClaimTicket, by owner: String, isLive: Bool) -> Bool {
    guard let claim = claims[ticket.deliveryID], claim.owner == owner, claim.isOpen,
      isLive || claim.state == .claimed
    else { return false }
    claims[ticket.deliveryID]?.isLive = isLive
    return true
  }
}
