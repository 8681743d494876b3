import Foundation
import HTTPTransfer
import LocalServers
import NotificationModel
import Runtime
import Synchronization
import TestSupport
import Testing
import Worker

@testable import Providers

/// Keys that openssl has made, once a run.
enum TestKeys {
  static let rsa = Result { try make("RSA", "rsa_keygen_bits:2048") }
  static let p256 = Result { try make("EC", "ec_paramgen_curve:P-256") }

  private static func make(_ algorithm: String, _ option: String) throws -> String {
    let directory = try TemporaryDirectory(prefix: "bongsu-key")
    let path = directory.file("key.pem")
    try ChildProcess.run(
      ChildCommand("openssl", ["genpkey", "-algorithm", algorithm, "-out", path, "-pkeyopt", option]))
    return try String(contentsOfFile: path, encoding: .utf8)
  }
}

/// A service account's file.
enum TestAccount {
  static func members(tokenURI: String = "https://oauth2.googleapis.com/token") throws -> [String: String] {
    [
      "type": "service_account", "project_id": "shop-1", "client_email": "push@shop-1.iam.gserviceaccount.com",
      "private_key_id": "0123abcd", "private_key": try TestKeys.rsa.get(), "token_uri": tokenURI,
    ]
  }

  static func json(_ members: [String: String]) throws -> String {
    String(decoding: try JSONEncoder().encode(members), as: UTF8.self)
  }

  static func settings(_ google: FakeGoogle) throws -> FCMSettings {
    try settings(url: google.url)
  }

  static func settings(url: String) throws -> FCMSettings {
    var settings = FCMSettings(account: try ServiceAccount(json: json(members(tokenURI: "\(url)/token"))))
    settings.endpoint = url
    settings.client.allowsLocalPlaintext = true
    return settings
  }
}

/// A time that goes on when told to.
final class ManualClock: Sendable {
  private let time = Mutex<Int64>(1_800_000_000_000)

  var now: UnixTime { UnixTime(milliseconds: time.withLock { $0 }) }
  func advance(seconds: Int64) { time.withLock { $0 += seconds * 1_000 } }
}

extension SendRequest {
  /// To an Android phone.
  static func push(
    tag: UInt64 = 1, token: String = "device-token", title: String? = "Title", body: String = "Body",
    _ change: (inout Delivery) -> Void = { _ in }
  ) -> SendRequest {
    let device = DeviceAddress(platform: .android, appID: "com.example", token: token)
    var delivery = Delivery(
      id: "0197a2b4-0000-5000-8000-000000000001", eventID: "0197a2b4-0000-7000-8000-000000000001",
      eventTime: UnixTime(milliseconds: 1_799_999_999_000), replay: 0, user: 7, channel: .pushAndroid, target: "1",
      address: .device(device), category: "order",
      content: MessageContent(push: PushContent(title: title, body: body)), priority: .high,
      notBefore: UnixTime(milliseconds: 1_799_999_999_000), sendBefore: nil)
    change(&delivery)
    return SendRequest(tag: tag, delivery: delivery, attempt: 1)
  }
}

extension FCMProvider {
  /// Sends and waits for all reports.
  func results(_ requests: SendRequest...) throws -> [SendResult] {
    let reports = Mutex<[SendReport]>([])
    let done = WakeSignal()
    send(requests) { new in
      let isAll = reports.withLock {
        $0 += new
        return $0.count == requests.count
      }
      if isAll { done.signal() }
    }
    try #require(Poll.wait([done.fileDescriptor], timeoutMilliseconds: 30_000))
    return reports.withLock { $0.sorted { $0.tag < $1.tag }.map(\.result) }
  }

  /// Sends one until it is not the token that it waits for.
  func result(_ request: SendRequest) throws -> SendResult {
    var result = SendResult.sent(providerID: nil)
    try eventually("there is a token") {
      result = try results(request)[0]
      if case .failed(let failure) = result { return failure.code != "TOKEN_IS_MADE" }
      return true
    }
    return result
  }
}

extension FakeGoogle.Answer {
  static func token(_ text: String, expiresIn: Int = 3_600) -> Self {
    Self(body: #"{"access_token":"\#(text)","expires_in":\#(expiresIn),"token_type":"Bearer"}"#)
  }

  static let sent = Self(body: #"{"name":"projects/shop-1/messages/0:15%31b"}"#)
}
