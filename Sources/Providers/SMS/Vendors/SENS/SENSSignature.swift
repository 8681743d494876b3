import Foundation
import HTTPTransfer
import NotificationModel
import Signing

/// Naver Cloud's API Gateway, signature version 2: over method, path, time and key, and not over the body.
enum SENSSignature {
  static func text(
    _ method: String, _ path: String, timestamp: String, accessKey: String, secretKey: String
  ) -> String {
    let message = Array("\(method) \(path)\n\(timestamp)\n\(accessKey)".utf8)
    return Data(HMACSHA256.code(message, key: Array(secretKey.utf8))).base64EncodedString()
  }

  /// The gateway takes a time within five minutes of its own.
  static func headers(
    _ method: String, _ path: String, _ settings: SENSSettings, now: UnixTime
  ) -> [(name: String, value: String)] {
    let timestamp = "\(now.milliseconds)"
    let signature = text(
      method, path, timestamp: timestamp, accessKey: settings.accessKey, secretKey: settings.secretKey)
    return [
      ("x-ncp-apigw-timestamp", timestamp), ("x-ncp-iam-access-key", settings.accessKey),
      ("x-ncp-apigw-signature-v2", signature),
    ]
  }
}
