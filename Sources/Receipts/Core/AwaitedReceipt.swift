import NotificationModel
import Providers

/// A message of which no word has come, taken to be asked about.
struct AwaitedReceipt: Sendable, Equatable {
  let key: SMSReceiptKey
  let acceptedAt: UnixTime
  /// This one counted.
  let asks: Int
}
