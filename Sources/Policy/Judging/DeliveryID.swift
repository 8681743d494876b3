public import NotificationModel
import Signing

/// The name of a delivery: it follows from event, channel and target, so whoever routes an event makes the same.
public enum DeliveryID {
  /// Made once by chance, for deliveries alone.
  private static let namespace: [UInt8] = [
    0x6d, 0x1f, 0x0a, 0x3e, 0x52, 0x0b, 0x4c, 0x57, 0x9a, 0x2e, 0x8c, 0x61, 0x44, 0x7d, 0xb0, 0xf5,
  ]

  /// - Parameter target: a device's or contact's id, or `r` and the recipient's index.
  public static func text(event: String, _ channel: DeliveryChannel, target: String) -> String {
    NameUUID.text(namespace: namespace, name: Array("\(event)/\(channel.rawValue)/\(target)".utf8))
  }
}
