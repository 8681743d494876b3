import NotificationModel
import Signing

/// Who may send: Apple's rules for provider tokens. Times are in seconds since 1970.
struct ProviderTokens {
  /// A token's life, and how long a team must stay with it.
  static let (lifeSeconds, restSeconds): (Int64, Int64) = (3_600, 1_200)

  private struct Known {
    let issued: Int64
    let key: APNsKey
  }

  private let keys: [String: APNsKey]
  private var known: [String: Known] = [:]
  /// When a team's last new token came.
  private var renewed: [String: Int64] = [:]
  /// Connections that brought one too many, and until when they are of no use.
  private var spoilt: [Int: Int64] = [:]

  init(_ keys: [APNsKey]) { self.keys = Dictionary(keys.map { ($0.id, $0) }) { _, last in last } }

  /// What is wrong with a request's `authorization`.
  mutating func problem(_ authorization: String?, topic: String?, connection: Int, now: Int64) -> APNsReason? {
    guard let token = authorization.flatMap(BearerToken.text) else { return .missingProviderToken }
    if let until = spoilt[connection] {
      if now < until { return .tooManyProviderTokenUpdates }
      spoilt[connection] = nil
    }
    switch key(of: String(token), connection: connection, now: now) {
    case .failure(let refusal): return refusal.reason
    case .success(let key):
      guard let topics = key.topics, let topic else { return nil }
      return topics.contains(topic) ? nil : .unrelatedKeyID
    }
  }

  private struct Refusal: Error { let reason: APNsReason }

  private mutating func key(of text: String, connection: Int, now: Int64) -> Result<APNsKey, Refusal> {
    if let found = known[text] {
      guard now - found.issued <= Self.lifeSeconds else { return .failure(Refusal(reason: .expiredProviderToken)) }
      return .success(found.key)
    }
    return read(text, now: now).flatMap { found in
      // Apple counts by team, whichever key signed.
      if let last = renewed[found.key.teamID], now - last < Self.restSeconds {
        spoilt[connection] = now + Self.restSeconds
        return .failure(Refusal(reason: .tooManyProviderTokenUpdates))
      }
      renewed[found.key.teamID] = now
      known = known.filter { now - $0.value.issued <= Self.lifeSeconds }
      known[text] = found
      return .success(found.key)
    }
  }

  private func read(_ text: String, now: Int64) -> Result<Known, Refusal> {
    guard let token = SignedToken(text), token.header.text("alg") == "ES256",
      let key = token.header.text("kid").flatMap({ keys[$0] }), token.claims.text("iss") == key.teamID,
      let issued = token.claims.integer("iat"), token.isSigned(by: key.publicKey)
    else { return .failure(Refusal(reason: .invalidProviderToken)) }
    guard now - issued <= Self.lifeSeconds else { return .failure(Refusal(reason: .expiredProviderToken)) }
    // Milliseconds, for example. What Apple says of a time to come is not documented.
    guard issued - now <= Self.lifeSeconds else { return .failure(Refusal(reason: .invalidProviderToken)) }
    return .success(Known(issued: issued, key: key))
  }
}

enum BearerToken {
  /// The token of an `authorization`; nil for other schemes.
  static func text(_ authorization: String) -> Substring? {
    let parts = authorization.split(separator: " ", maxSplits: 1)
    return parts.count == 2 && parts[0].lowercased() == "bearer" ? parts[1] : nil
  }
}
