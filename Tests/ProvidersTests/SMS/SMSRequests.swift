import Foundation
import HTTPTransfer
import LocalServers
import NotificationModel
import Testing
import Worker

@testable import Providers

/// Deliveries and answers for these tests.
enum SMS {
  static let now = UnixTime(milliseconds: 1_700_000_000_123)
  static let nonce = "0123456789ABCDEF0123456789ABCDEF"

  static func request(
    _ tag: UInt64, to number: String? = nil, _ text: String = "hello", category: String = "order"
  ) -> SendRequest {
    let number = number ?? "+8210\(10_000_000 + tag)"
    var delivery = Delivery(
      id: "00000000-0000-4000-8000-\(String(100_000_000_000 + tag))", eventID: "e", eventTime: now, replay: 0, user: 1,
      channel: .sms, target: "c1", address: .phone(number), category: category, content: MessageContent(),
      priority: .high, notBefore: now, sendBefore: nil)
    delivery.content.sms = SMSContent(body: text)
    return SendRequest(tag: tag, delivery: delivery, attempt: 1)
  }

  static func requests(_ count: Int) -> [SendRequest] { (1...count).map { request(UInt64($0)) } }

  static func answer(
    _ status: Int, _ body: String = "", retryAfter: String? = nil
  ) -> Result<HTTPResponse, HTTPTransferError> {
    .success(
      HTTPResponse(status: status, headers: retryAfter.map { ["retry-after": $0] } ?? [:], body: Array(body.utf8)))
  }

  static func korean(
    sender: String = "0212345678", advertising: Set<String> = ["event"], title: String = "알림",
    codePage: KoreanCodePage = .cp949
  ) throws -> KoreanSMSSettings {
    try KoreanSMSSettings(sender: sender, advertising: advertising, title: title, codePage: codePage)
  }

  static func sens(host: String = "https://sens.apigw.ntruss.com") throws -> SENSVendor {
    SENSVendor(try sensSettings(host))
  }

  static func sensSettings(_ host: String = "https://sens.apigw.ntruss.com") throws -> SENSSettings {
    var settings = try SENSSettings(
      serviceID: "ncp:sms:kr:1:sens", accessKey: "access", secretKey: "secret", korean: korean())
    settings.host = host
    return settings
  }

  static func solapi(host: String = "https://api.solapi.com") throws -> SolapiVendor {
    var settings = try SolapiSettings(apiKey: "key", apiSecret: "secret", korean: korean())
    settings.host = host
    return SolapiVendor(settings)
  }

  static func nhn(host: String = "https://api-sms.cloud.toast.com") throws -> NHNVendor {
    var settings = try NHNSettings(appKey: "app", secretKey: "secret", korean: korean())
    settings.host = host
    return NHNVendor(settings)
  }

  static let account = "AC0123456789abcdef0123456789abcdef"

  static func twilio(host: String = "https://api.twilio.com", countries: Set<String>? = nil) throws -> TwilioVendor {
    var settings = try TwilioSettings(
      accountSID: account, secret: "secret", sender: .number("+15005550006"), countries: countries)
    settings.host = host
    return TwilioVendor(settings)
  }

  /// Another hand than the one that signs.
  static func pythonHMAC(_ message: String, key: String, base64: Bool) throws -> String {
    let script = """
      import base64, hashlib, hmac, sys
      code = hmac.new(sys.argv[2].encode(), sys.argv[1].encode(), hashlib.sha256)
      print(base64.b64encode(code.digest()).decode() if sys.argv[3] == "1" else code.hexdigest())
      """
    return try #require(
      ChildProcess.run(ChildCommand("python3", ["-c", script, message, key, base64 ? "1" : "0"])).first)
  }

  static func failure(_ result: SendResult?) -> SendFailure? {
    if case .failed(let failure)? = result { failure } else { nil }
  }
}

extension HTTPRequest {
  var text: String { String(decoding: body, as: UTF8.self) }
  func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
