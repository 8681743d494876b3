import Foundation
import NotificationModel
import Signing

/// Over the time and a salt. Solapi refuses one that it has seen, so each call has its own salt.
enum SolapiSignature {
  static func header(apiKey: String, apiSecret: String, date: String, salt: String) -> String {
    let signature = HMACSHA256.hexadecimal(date + salt, key: apiSecret)
    return "HMAC-SHA256 apiKey=\(apiKey), date=\(date), salt=\(salt), signature=\(signature)"
  }

  /// ISO 8601 in UTC, with milliseconds.
  static func date(_ time: UnixTime) -> String {
    // Whole seconds, as a fraction in binary would be cut to the millisecond before.
    let (seconds, rest) = time.milliseconds.quotientAndRemainder(dividingBy: 1_000)
    let text = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
    return text.dropLast() + "." + String(rest + 1_000).dropFirst() + "Z"
  }
}
