import Foundation
import ProviderSimulators
import Signing

/// FCM's stand-in, and a correct message to it that tests change.
struct FCMFixture {
  static let device = "cVx1:APA91b-test_token"
  static let message = #"{"message":{"token":"\#(device)","notification":{"title":"Hello"}}}"#
  static let grantType = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"
  /// Shared, as an RSA key takes its time.
  static let key = Result { try PrivateKey.make(.rsa) }

  struct Claims: Encodable {
    var iss: String? = FCMSimulator.clientEmail
    var scope: String? = "https://www.googleapis.com/auth/firebase.messaging"
    var aud: String?
    var iat: Int64? = now
    var exp: Int64? = now + 3_600

    static var now: Int64 { Int64(Date().timeIntervalSince1970) }
  }

  let simulator: FCMSimulator
  let curl: Curl

  init(_ change: (inout FCMSimulator.Settings) -> Void = { _ in }) throws {
    var settings = FCMSimulator.Settings()
    settings.signingKey = try Self.key.get()
    change(&settings)
    simulator = try FCMSimulator(settings)
    curl = try Curl(simulator)
  }

  func assertion(_ change: (inout Claims) -> Void = { _ in }, key: PrivateKey? = nil) throws -> String {
    var claims = Claims(aud: simulator.tokenURL)
    change(&claims)
    return try JSONWebToken.sign(claims, key: key ?? simulator.signingKey, keyID: FCMSimulator.keyID)
  }

  func grant(_ assertion: String, type: String = grantType) throws -> Curl.Answer {
    try curl.send("/token", body: Array("grant_type=\(type)&assertion=\(assertion)".utf8))
  }

  func accessToken() throws -> String {
    try grant(assertion()).json?["access_token"] as? String ?? ""
  }

  func send(_ body: String = message, bearer: String?, project: String? = nil) throws -> Curl.Answer {
    let headers = bearer.map { [("authorization", "Bearer \($0)")] } ?? []
    return try curl.send(
      "/v1/projects/\(project ?? simulator.projectID)/messages:send",
      headers: headers + [("content-type", "application/json")], body: Array(body.utf8))
  }
}

extension Curl.Answer {
  /// Of a Google error.
  var error: [String: Any] { json?["error"] as? [String: Any] ?? [:] }
  var googleStatus: String? { error["status"] as? String }
  /// FCM's `errorCode`.
  var errorCode: String? { detail("google.firebase.fcm.v1.FcmError")?["errorCode"] as? String }
  /// Fields that a bad request names.
  var fields: [String] {
    let violations = detail("google.rpc.BadRequest")?["fieldViolations"] as? [[String: Any]] ?? []
    return violations.compactMap { $0["field"] as? String }
  }

  func detail(_ type: String) -> [String: Any]? {
    let details = error["details"] as? [[String: Any]] ?? []
    return details.first { $0["@type"] as? String == "type.googleapis.com/\(type)" }
  }
}
