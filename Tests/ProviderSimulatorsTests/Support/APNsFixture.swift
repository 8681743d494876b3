import Foundation
import LocalServers
import ProviderSimulators
import Signing

/// APNs' stand-in, and a correct request to it that tests change.
struct APNsFixture {
  static let device = String(repeating: "a1", count: 32)
  static let id = "0195b7a8-7d3c-7aaa-8aaa-0123456789ab"
  static let payload = Array(#"{"aps":{"alert":"Hello"}}"#.utf8)

  struct Claims: Encodable {
    var iss: String? = APNsSimulator.teamID
    var iat: Int64? = Int64(Date().timeIntervalSince1970)
  }

  let simulator: APNsSimulator
  let curl: Curl
  let token: String

  init(_ change: (inout APNsSimulator.Settings) -> Void = { _ in }) throws {
    var settings = APNsSimulator.Settings()
    change(&settings)
    simulator = try APNsSimulator(settings)
    curl = try Curl(simulator)
    token = try JSONWebToken.sign(Claims(), key: simulator.signingKey, keyID: APNsSimulator.keyID)
  }

  /// A provider token that differs from others.
  func token(
    _ claims: Claims = Claims(), key: PrivateKey? = nil, keyID: String? = APNsSimulator.keyID
  ) throws -> String {
    try JSONWebToken.sign(claims, key: key ?? simulator.signingKey, keyID: keyID)
  }

  /// - Parameters:
  ///   - changes: headers in place of the correct ones; nil leaves one out.
  ///   - bearer: in place of the correct token.
  func push(
    _ changes: [String: String?] = [:], to device: String = device, body: [UInt8]? = payload, bearer: String? = nil,
    options: [String] = []
  ) throws -> Curl.Answer {
    try curl.send("/3/device/\(device)", headers: headers(changes, bearer), body: body, options: options)
  }

  func headers(_ changes: [String: String?] = [:], _ bearer: String? = nil) -> [(String, String)] {
    var headers: [String: String?] = [
      "authorization": "bearer \(bearer ?? token)", "apns-topic": "com.example.shop", "apns-push-type": "alert",
      "apns-priority": "10", "apns-id": Self.id, "apns-expiration": "0",
    ]
    headers.merge(changes) { _, new in new }
    return headers.compactMap { name, value in value.map { (name, $0) } }
  }

  /// What nghttp's and h2load's command lines take.
  func headerOptions(_ changes: [String: String?] = [:]) -> [String] {
    headers(changes).flatMap { ["-H", "\($0): \($1)"] }
  }

  var deviceURL: String { "\(simulator.url)/3/device/\(Self.device)" }
}
