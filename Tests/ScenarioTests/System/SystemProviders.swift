import Foundation
import NotificationModel
import ProviderSimulators
import Signing

/// The providers' stand-ins of a play, each of which fails now and then.
final class SystemProviders {
  private let apns: APNsSimulator
  private let fcm: FCMSimulator
  private let folder: String

  init(folder: String) throws {
    self.folder = folder
    apns = try APNsSimulator()
    fcm = try FCMSimulator()
    try write(apns.signingKey.pem, "key.p8")
    try write(fcm.serviceAccount, "firebase.json")
  }

  private func write(_ text: String, _ name: String) throws {
    try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
  }

  /// Five in a hundred fail, one in a hundred is never answered.
  func misbehave(seed: UInt64) {
    apns.misbehave(.refuse(status: 500, reason: "InternalServerError"), .fraction(0.05, seed: seed))
    fcm.misbehave(.refuse(status: 500, reason: "INTERNAL"), .fraction(0.05, seed: seed + 1), path: "/v1/")
    apns.misbehave(.hang, .fraction(0.01, seed: seed + 2))
    fcm.misbehave(.hang, .fraction(0.01, seed: seed + 3), path: "/v1/")
  }

  var configuration: String {
    """
    apns:
      production: \(apns.url)
      authorityFile: \(apns.authorityFile)
      timeout: 5s
      teamID: \(APNsSimulator.teamID)
      keyID: \(APNsSimulator.keyID)
      keyFile: \(folder)/key.p8
    fcm:
      endpoint: \(fcm.url)
      authorityFile: \(fcm.authorityFile)
      timeout: 5s
      serviceAccountFile: \(folder)/firebase.json
    """
  }

  var arrivals: [SystemOracle.Arrival] {
    apns.received.filter(\.isAccepted).compactMap { push in
      arrival(.pushIOS, push.payload) { SystemFixture.iosToken($0) == push.token }
    }
      + fcm.received.filter(\.isAccepted).compactMap { push in
        arrival(.pushAndroid, push.payload) { SystemFixture.androidToken($0) == push.token }
      }
  }

  /// - Parameter isOf: whether the address is the user's; a stranger's is told as of user 0.
  private func arrival(
    _ channel: DeliveryChannel, _ text: [UInt8], isOf: (Int) -> Bool
  ) -> SystemOracle.Arrival? {
    guard let number = SystemFixture.number(in: String(decoding: text, as: UTF8.self)) else { return nil }
    let user = SystemFixture.user(of: number)
    return SystemOracle.Arrival(channel: channel, number: number, user: isOf(user) ? user : 0)
  }

  func stop() {
    apns.stop()
    fcm.stop()
  }
}
