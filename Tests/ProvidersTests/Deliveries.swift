import Foundation
import LocalServers
import NotificationModel
import Worker

/// Deliveries as tests send them.
enum Deliveries {
  static let id = "0b1c2d3e-4f50-5a6b-8c7d-0e1f2a3b4c5d"

  static func push(
    _ content: PushContent = PushContent(title: "Your order", body: "It is on its way"), token: String = "00ffAA",
    id: String = id, environment: UserDevice.Environment = .production, platform: UserDevice.Platform = .ios
  ) -> Delivery {
    Delivery(
      id: id, eventID: "e", eventTime: UnixTime(milliseconds: 1), replay: 0, user: 7,
      channel: DeliveryChannel(platform), target: "3",
      address: .device(
        DeviceAddress(platform: platform, appID: "com.example.shop", environment: environment, token: token)),
      category: "order", content: MessageContent(push: content), priority: .high,
      notBefore: UnixTime(milliseconds: 1_000_500), sendBefore: nil)
  }

  static func request(_ delivery: Delivery, tag: UInt64 = 1) -> SendRequest {
    SendRequest(tag: tag, delivery: delivery, attempt: 1)
  }

  /// A P-256 key in PKCS#8, made anew by OpenSSL's own tool.
  static func key() throws -> String { try made("EC", "ec_paramgen_curve:P-256") }
  static func rsaKey() throws -> String { try made("RSA", "rsa_keygen_bits:2048") }

  private static func made(_ algorithm: String, _ option: String) throws -> String {
    let child = try ChildProcess(
      ChildCommand("openssl", ["genpkey", "-quiet", "-algorithm", algorithm, "-pkeyopt", option]))
    _ = try child.waitForExit(timeout: .seconds(30))
    try child.waitForOutputEnd()
    return child.lines.joined(separator: "\n") + "\n"
  }
}
