import HTTPTransfer
import NotificationModel
import Worker

/// A delivery as FCM wants it.
enum FCMMessage {
  /// FCM's own, in bytes of keys and values of notification and data.
  static let payloadLimit = 4_096
  /// FCM's own: 28 days.
  static let ttlLimit: Int64 = 2_419_200

  /// - Parameter bearer: the access token.
  static func request(
    _ send: SendRequest, _ settings: FCMSettings, bearer: String, now: UnixTime
  ) throws(SendFailure) -> HTTPRequest {
    let delivery = send.delivery
    guard let device = delivery.address.device, let push = delivery.content.push else {
      throw SendFailure(.permanent, code: "NO_PUSH")
    }
    guard !device.token.isEmpty else { throw SendFailure(.deadAddress(since: nil), code: "INVALID_ARGUMENT") }
    guard payloadBytes(delivery, push) <= payloadLimit else {
      throw SendFailure(.permanent, code: "PAYLOAD_TOO_LARGE")
    }
    return HTTPRequest(
      url: "\(settings.endpoint)/v1/projects/\(settings.account.projectID)/messages:send",
      headers: [("authorization", "Bearer \(bearer)"), ("content-type", "application/json")],
      body: body(delivery, device, push, settings, now: now))
  }

  /// What FCM counts as the payload; the rest of the message, and how JSON writes it, is free.
  static func payloadBytes(_ delivery: Delivery, _ push: PushContent) -> Int {
    let members = [
      ("title", push.title), ("body", push.body), ("deliveryID", delivery.id), ("link", delivery.link),
    ]
    return members.reduce(0) { sum, member in
      sum + (member.1.map { member.0.utf8.count + $0.utf8.count } ?? 0)
    }
  }

  /// Whole seconds; 0 means now or never.
  static func ttl(_ delivery: Delivery, _ settings: FCMSettings, now: UnixTime) -> Int64 {
    let wanted =
      delivery.sendBefore.map { end in
        let (left, overflow) = end.milliseconds.subtractingReportingOverflow(now.milliseconds)
        return overflow ? (end < now ? 0 : ttlLimit) : left / 1_000
      } ?? settings.ttl.components.seconds
    return min(max(0, wanted), ttlLimit)
  }

  private static func body(
    _ delivery: Delivery, _ device: DeviceAddress, _ push: PushContent, _ settings: FCMSettings, now: UnixTime
  ) -> [UInt8] {
    var writer = JSONWriter(capacity: 1_024)
    writer.object { json in
      json.member("message") { message in
        message.member("token", device.token)
        message.member("notification") {
          $0.member("title", push.title)
          $0.member("body", push.body)
        }
        // Its keys are ours; FCM refuses `from`, and what begins with `google` or `gcm`.
        message.member("data") {
          $0.member("deliveryID", delivery.id)
          $0.member("link", delivery.link)
        }
        message.member("android") { write(delivery, push, settings, ttl: ttl(delivery, settings, now: now), to: &$0) }
      }
    }
    return writer.bytes
  }

  private static func write(
    _ delivery: Delivery, _ push: PushContent, _ settings: FCMSettings, ttl: Int64, to json: inout JSONWriter
  ) {
    json.member("priority", delivery.priority == .high ? "high" : "normal")
    json.member("ttl", "\(ttl)s")
    // FCM stores at most four of these for a device: it is the caller's to use.
    json.member("collapse_key", delivery.collapseKey)
    json.member("notification") {
      // So that a second copy takes the first one's place on the screen.
      $0.member("tag", delivery.collapseKey ?? delivery.id)
      $0.member("channel_id", settings.channelID)
      $0.member("sound", push.sound == "none" ? nil : push.sound)
      $0.member("title_loc_key", push.titleKey)
      $0.member("title_loc_args", push.titleArguments)
      $0.member("body_loc_key", push.bodyKey)
      $0.member("body_loc_args", push.bodyArguments)
    }
  }
}
