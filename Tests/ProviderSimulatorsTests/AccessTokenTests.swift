import Foundation
import LocalServers
import ProviderSimulators
import Signing
import Testing

/// Google's rules for access tokens, with curl as the client.
@Suite struct AccessTokenTests {
  @Test func `an assertion gives a token for an hour`() throws {
    let fcm = try FCMFixture()
    let answer = try fcm.grant(fcm.assertion())
    #expect(answer.status == 200)
    #expect(answer.json?["expires_in"] as? Int == 3_600)
    #expect(answer.json?["token_type"] as? String == "Bearer")
    let token = try #require(answer.json?["access_token"] as? String)
    #expect(try fcm.accessToken() != token)
    #expect(try fcm.send(bearer: token).status == 200)
  }

  @Test func `a token of the openssl command's is accepted`() throws {
    let fcm = try FCMFixture()
    let directory = try TemporaryDirectory()
    let (key, text, result) = (directory.file("key.pem"), directory.file("text"), directory.file("signature"))
    let account = try JSONSerialization.jsonObject(with: Data(fcm.simulator.serviceAccount.utf8)) as? [String: String]
    let file = try #require(account)
    #expect((file["type"], file["project_id"]) == ("service_account", fcm.simulator.projectID))
    try (file["private_key"] ?? "").write(toFile: key, atomically: true, encoding: .utf8)
    let now = FCMFixture.Claims.now
    let claims = """
      {"iss":"\(file["client_email"] ?? "")","aud":"\(file["token_uri"] ?? "")","iat":\(now),"exp":\(now + 60),
      "scope":"https://www.googleapis.com/auth/cloud-platform"}
      """
    let signed = [#"{"alg":"RS256","typ":"JWT"}"#, claims].map { Base64URL.encode(Array($0.utf8)) }
    try Data(signed.joined(separator: ".").utf8).write(to: URL(fileURLWithPath: text))
    try ChildProcess.run(ChildCommand("openssl", ["dgst", "-sha256", "-sign", key, "-out", result, text]))
    let signature = Base64URL.encode(Array(try Data(contentsOf: URL(fileURLWithPath: result))))
    #expect(try fcm.grant((signed + [signature]).joined(separator: ".")).status == 200)
  }

  private typealias Change = @Sendable (inout FCMFixture.Claims) -> Void

  @Test func `an assertion that Google would not take is refused`() throws {
    let fcm = try FCMFixture()
    let now = FCMFixture.Claims.now
    let wrong: [(String, Change)] = [
      ("invalid_grant", { $0.iss = "other@example.com" }), ("invalid_grant", { $0.iss = nil }),
      ("invalid_grant", { $0.aud = "https://example.com/token" }), ("invalid_grant", { $0.aud = nil }),
      ("invalid_grant", { $0.exp = now + 3_700 }), ("invalid_grant", { $0.exp = nil }),
      ("invalid_grant", { $0.iat = nil }), ("invalid_grant", { ($0.iat, $0.exp) = (now - 4_000, now - 400) }),
      ("invalid_grant", { ($0.iat, $0.exp) = (now + 400, now + 500) }),
      ("invalid_scope", { $0.scope = "https://www.googleapis.com/auth/drive" }), ("invalid_scope", { $0.scope = nil }),
    ]
    for (code, change) in wrong {
      let answer = try fcm.grant(fcm.assertion(change))
      #expect((answer.status, answer.json?["error"] as? String) == (400, code))
    }
    #expect(fcm.simulator.tokenCounts.refused == ["invalid_grant": 9, "invalid_scope": 2])
    #expect(try fcm.grant(fcm.assertion { $0.aud = "https://oauth2.googleapis.com/token" }).status == 200)
    #expect(try fcm.grant(fcm.assertion { $0.scope = "a \($0.scope ?? "")" }).status == 200)
  }

  @Test func `a signature of another key or kind is none`() throws {
    let fcm = try FCMFixture()
    let parts = try fcm.assertion().split(separator: ".")
    for other in [try PrivateKey.make(.rsa), try PrivateKey.make(.p256)] {
      #expect(try fcm.grant(fcm.assertion(key: other)).json?["error"] as? String == "invalid_grant")
    }
    #expect(try fcm.grant("\(parts[0]).\(parts[1]).").json?["error"] as? String == "invalid_grant")
    #expect(try fcm.grant("abc").json?["error"] as? String == "invalid_request")
    #expect(try fcm.grant(fcm.assertion(), type: "password").json?["error"] as? String == "unsupported_grant_type")
    #expect(try fcm.curl.send("/token", method: "GET").status == 400)
  }

  @Test func `without a token, with a wrong or an expired one, nothing goes`() throws {
    let fcm = try FCMFixture { $0.tokenLife = .seconds(600) }
    let token = try fcm.accessToken()
    for wrong in [nil, "ya29.other"] { try expectUnauthenticated(fcm.send(bearer: wrong)) }
    fcm.simulator.advanceClock(by: .seconds(599 - 60))
    #expect(try fcm.send(bearer: token).status == 200)
    fcm.simulator.advanceClock(by: .seconds(61))
    try expectUnauthenticated(fcm.send(bearer: token))
  }

  private func expectUnauthenticated(_ answer: Curl.Answer) {
    #expect((answer.status, answer.googleStatus, answer.errorCode) == (401, "UNAUTHENTICATED", nil))
  }

  @Test func `all tokens can be made to expire, and new ones had`() throws {
    let fcm = try FCMFixture()
    let token = try fcm.accessToken()
    fcm.simulator.expireAccessTokens()
    let answer = try fcm.send(bearer: token)
    #expect(answer.detail("google.rpc.ErrorInfo")?["reason"] as? String == "ACCESS_TOKEN_EXPIRED")
    #expect(try fcm.send(bearer: fcm.accessToken()).status == 200)
  }

  @Test func `a token is for its project`() throws {
    let fcm = try FCMFixture()
    let answer = try fcm.send(bearer: fcm.accessToken(), project: "other")
    #expect((answer.status, answer.googleStatus, answer.errorCode) == (403, "PERMISSION_DENIED", nil))
  }

  @Test func `a key of the wrong kind is refused`() throws {
    let error = #expect(throws: SimulatorError.self) { try FCMFixture { $0.signingKey = try! PrivateKey.make(.p256) } }
    #expect(error?.code == .settings)
    let other = #expect(throws: SimulatorError.self) { try APNsFixture { $0.signingKey = try! PrivateKey.make(.rsa) } }
    #expect(other?.code == .settings)
  }
}
