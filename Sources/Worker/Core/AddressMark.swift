import NotificationModel
import Signing

/// Sixteen bits of an address: enough to tell later that it is still the same one, and far too few to tell which. As
/// `notification.address_mark` has it.
enum AddressMark {
  /// Four hexadecimal digits; nil for a device, whose id names its token.
  static func text(_ address: DeliveryAddress) -> String? {
    switch address {
    case .device: nil
    case .phone(let text), .email(let text): String(SHA256.hexadecimal(of: Array(text.utf8)).prefix(4))
    }
  }
}
