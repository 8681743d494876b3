import Signing
import TestSupport
import Testing

@Suite("Tokens as PyJWT reads them", .requires(.python)) struct TokenOracleTests {
  private struct Question: Encodable {
    let token, key, algorithm: String
  }

  private struct Answer: Decodable, Equatable {
    var header: [String: String]?
    var claims: Claims?
    var error: String?
  }

  private struct Claims: Codable, Equatable {
    var iss = "team"
    var scope = "알림 \"보내기\" / ü"
    var iat: Int64 = 1_764_000_000
    var exp: Int64 = 4_000_000_000
  }

  @Test func `ES256 and RS256 hold, and not for another key or a changed token`() throws {
    let (p256, other, rsa) = (try TestKey.p256(), try TestKey.p256(), try TestKey.rsa())
    let elliptic = try JSONWebToken.sign(Claims(), key: PrivateKey(pem: p256.pem), keyID: "K1")
    let plain = try JSONWebToken.sign(Claims(), key: PrivateKey(pem: rsa.pem))
    // In the claims, where one letter is one other number.
    let changed = elliptic.replacing(".eyJ", with: ".eyK", maxReplacements: 1)
    try #require(changed != elliptic)
    let answers = try PythonPackages.call(
      "tokens.py",
      [
        Question(token: elliptic, key: p256.publicPEM, algorithm: "ES256"),
        Question(token: plain, key: rsa.publicPEM, algorithm: "RS256"),
        Question(token: elliptic, key: other.publicPEM, algorithm: "ES256"),
        Question(token: changed, key: p256.publicPEM, algorithm: "ES256"),
      ], for: [Answer].self)
    #expect(
      answers == [
        Answer(header: ["alg": "ES256", "kid": "K1", "typ": "JWT"], claims: Claims()),
        Answer(header: ["alg": "RS256", "typ": "JWT"], claims: Claims()),
        Answer(error: "InvalidSignatureError"), Answer(error: "InvalidSignatureError"),
      ])
  }
}
