import HTTPTransfer
import NotificationModel
import Signing
import Worker

/// Where Google exchanges an assertion that the service account's key signs for an access token (RFC 7523).
struct TokenEndpoint: Sendable {
  private let account: ServiceAccount
  private let url: String
  private let client: HTTPClient

  private static let scope = "https://www.googleapis.com/auth/firebase.messaging"
  private static let grant = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"

  private struct Claims: Encodable {
    let iss: String
    let scope: String
    let aud: String
    /// Whole seconds; no more than an hour apart.
    let iat: Int64
    let exp: Int64
  }

  /// - Throws: what libcurl does not take.
  init(_ settings: FCMSettings) throws(HTTPTransferError) {
    account = settings.account
    url = settings.tokenEndpoint ?? account.tokenURI
    var own = settings.client
    (own.connections, own.streams, own.queuedRequests) = (1, 4, 16)
    own.timeout = .seconds(10)
    own.headers = ["retry-after"]
    client = try HTTPClient(own)
  }

  /// - Parameters:
  ///   - now: the new token's time, so that it seems rather too old than too young.
  ///   - date: the assertion's.
  func token(now: UnixTime, date: UnixTime) async throws(SendFailure) -> SharedTokens.Token {
    let outcome = await client.send(
      HTTPRequest(
        url: url, headers: [("content-type", "application/x-www-form-urlencoded")],
        body: Array("grant_type=\(Self.grant)&assertion=\(try assertion(now: date))".utf8)))
    let answer = try TokenAnswer.read(outcome.result).get()
    return SharedTokens.Token(
      text: answer.text, madeAt: now, expiresAt: UnixTime(milliseconds: now.milliseconds + answer.lifetime * 1_000))
  }

  func stop() { client.stop(within: .zero) }

  private func assertion(now: UnixTime) throws(SendFailure) -> String {
    let second = now.milliseconds / 1_000
    let claims = Claims(
      iss: account.clientEmail, scope: Self.scope, aud: account.tokenURI, iat: second, exp: second + 3_600)
    do {
      return try JSONWebToken.sign(claims, key: account.key, keyID: account.keyID)
    } catch {
      throw SendFailure(.providerRefuses, code: "KEY_DOES_NOT_SIGN")
    }
  }
}
