import Foundation
import NotificationModel
import Signing

/// Google's token endpoint for service accounts (RFC 7523): an assertion signed by RS256 for an access token.
struct AccessTokens {
  /// What RFC 6749 calls it, with a text.
  struct Refusal: Error {
    let code: String
    let text: String

    init(_ code: String, _ text: String) { (self.code, self.text) = (code, text) }

    var response: HTTP2Response {
      .json(status: 400, ["error": .text(code), "error_description": .text(text)])
    }
  }

  enum State { case valid, expired, unknown }

  static let grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer"
  static let googleAudience = "https://oauth2.googleapis.com/token"
  private static let scopes: Set = [
    "https://www.googleapis.com/auth/firebase.messaging", "https://www.googleapis.com/auth/cloud-platform",
  ]
  /// An assertion lives for an hour at most; clocks may be five minutes apart.
  static let (assertionSeconds, skewSeconds): (Int64, Int64) = (3_600, 300)
  /// More than any client holds; of more the oldest are forgotten.
  private static let keptMax = 1_000

  private let accounts: [String: PublicKey]
  private let lifeSeconds: Int64
  /// Until when each is valid.
  private var issued: [String: Int64] = [:]

  init(accounts: [String: PublicKey], lifeSeconds: Int64) {
    (self.accounts, self.lifeSeconds) = (accounts, lifeSeconds)
  }

  mutating func grant(_ form: [UInt8], audience: String, now: Int64) throws(Refusal) -> HTTP2Response {
    let fields = Self.fields(form)
    guard fields["grant_type"] == Self.grantType else {
      throw Refusal("unsupported_grant_type", "Invalid grant_type: \(Self.grantType) is expected.")
    }
    guard let token = fields["assertion"].flatMap({ SignedToken($0) }) else {
      throw Refusal("invalid_request", "Missing or malformed assertion.")
    }
    try check(token, audience: audience, now: now)
    return issue(now: now)
  }

  private func check(_ token: SignedToken, audience: String, now: Int64) throws(Refusal) {
    guard let key = token.claims.text("iss").flatMap({ accounts[$0] }) else {
      throw Refusal("invalid_grant", "Invalid grant: account not found")
    }
    guard token.header.text("alg") == "RS256", token.isSigned(by: key) else {
      throw Refusal("invalid_grant", "Invalid JWT Signature.")
    }
    guard let audienceClaim = token.claims.text("aud"), [audience, Self.googleAudience].contains(audienceClaim) else {
      throw Refusal("invalid_grant", "Invalid JWT: Failed audience check.")
    }
    guard let start = token.claims.integer("iat"), let end = token.claims.integer("exp"),
      end - start <= Self.assertionSeconds, end > now - Self.skewSeconds, start < now + Self.skewSeconds
    else {
      throw Refusal("invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes).")
    }
    let scopes = token.claims.text("scope")?.split(separator: " ").map(String.init) ?? []
    guard !Self.scopes.isDisjoint(with: scopes) else {
      throw Refusal("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
    }
  }

  private mutating func issue(now: Int64) -> HTTP2Response {
    issued = issued.filter { now < $0.value + Self.assertionSeconds }
    if issued.count >= Self.keptMax, let oldest = issued.min(by: { $0.value < $1.value })?.key { issued[oldest] = nil }
    let token = "ya29.\(Base64URL.encode((0..<24).map { _ in UInt8.random(in: 0...255) }))"
    issued[token] = now + lifeSeconds
    return .json(
      status: 200,
      ["access_token": .text(token), "expires_in": .number(String(lifeSeconds)), "token_type": "Bearer"])
  }

  func state(of token: some StringProtocol, now: Int64) -> State {
    guard let end = issued[String(token)] else { return .unknown }
    return now < end ? .valid : .expired
  }

  mutating func expireAll(now: Int64) { issued = issued.mapValues { min($0, now) } }

  /// Of application/x-www-form-urlencoded.
  static func fields(_ form: [UInt8]) -> [String: String] {
    let pairs = String(decoding: form, as: UTF8.self).split(separator: "&").compactMap { pair in
      let parts = pair.split(separator: "=", maxSplits: 1).map {
        $0.replacing("+", with: " ").removingPercentEncoding ?? ""
      }
      return parts.count == 2 ? (parts[0], parts[1]) : nil
    }
    return Dictionary(pairs) { first, _ in first }
  }
}
