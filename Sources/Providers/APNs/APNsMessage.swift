import HTTPTransfer
import NotificationModel
import Worker

/// A delivery as APNs wants it.
enum APNsMessage {
  /// - Parameter bearer: the provider token.
  static func request(_ send: SendRequest, _ settings: APNsSettings, bearer: String) throws(SendFailure) -> HTTPRequest
  {
    let delivery = send.delivery
    guard let device = delivery.address.device, let push = delivery.content.push else {
      throw SendFailure(.permanent, code: "NO_PUSH")
    }
    // It becomes a part of the path.
    guard !device.token.isEmpty, device.token.utf8.allSatisfy(isTokenByte) else {
      throw SendFailure(.deadAddress(since: nil), code: "BadDeviceToken")
    }
    let host = device.environment == .sandbox ? settings.sandbox : settings.production
    return HTTPRequest(
      url: "\(host)/3/device/\(device.token)",
      headers: headers(delivery, device, settings, bearer: bearer), body: payload(delivery, push, settings))
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
      || byte == 0x5F
  }

  private static func headers(
    _ delivery: Delivery, _ device: DeviceAddress, _ settings: APNsSettings, bearer: String
  ) -> [(name: String, value: String)] {
    let standard = delivery.notBefore.milliseconds + Int64(settings.expiration / .milliseconds(1))
    return [
      ("authorization", "bearer \(bearer)"), ("apns-id", delivery.id), ("apns-topic", device.appID),
      ("apns-push-type", "alert"), ("apns-priority", delivery.priority == .high ? "10" : "5"),
      ("apns-expiration", "\((delivery.sendBefore?.milliseconds ?? standard) / 1_000)"),
      // So that a second copy takes the first one's place on the screen.
      ("apns-collapse-id", delivery.collapseKey ?? delivery.id),
    ]
  }

  private static func payload(_ delivery: Delivery, _ push: PushContent, _ settings: APNsSettings) -> [UInt8] {
    var writer = JSONWriter(capacity: 512)
    writer.object { json in
      json.member("aps") {
        $0.member("alert") {
          $0.member("title", push.title)
          $0.member("body", push.body)
          $0.member("action-loc-key", push.actionKey)
          $0.member("title-loc-key", push.titleKey)
          $0.member("title-loc-args", push.titleArguments)
          $0.member("loc-key", push.bodyKey)
          $0.member("loc-args", push.bodyArguments)
        }
        $0.member("badge", push.badge)
        $0.member("sound", push.sound.map { $0 == "none" ? nil : $0 } ?? settings.sound)
        $0.member("thread-id", push.threadID)
        $0.member("mutable-content", push.mutable.map { $0 ? 1 : 0 })
      }
      json.member("deliveryID", delivery.id)
      json.member("link", delivery.link)
    }
    return writer.bytes
  }
}
