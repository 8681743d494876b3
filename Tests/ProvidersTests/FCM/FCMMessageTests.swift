import Foundation
import HTTPTransfer
import NotificationModel
import TestSupport
import Testing
import Worker

@testable import Providers

@Suite("FCM's messages") struct FCMMessageTests {
  private static let now = UnixTime(milliseconds: 1_800_000_000_000)
  private let settings: FCMSettings

  init() throws { settings = FCMSettings(account: try ServiceAccount(json: TestAccount.json(TestAccount.members()))) }

  private func body(_ send: SendRequest, _ settings: FCMSettings? = nil) throws -> String {
    let request = try FCMMessage.request(send, settings ?? self.settings, bearer: "b", now: Self.now)
    return String(decoding: request.body, as: UTF8.self)
  }

  private func failure(_ send: SendRequest) -> SendFailure? {
    do throws(SendFailure) {
      _ = try FCMMessage.request(send, settings, bearer: "b", now: Self.now)
      return nil
    } catch {
      return error
    }
  }

  @Test func `the least`() throws {
    let golden =
      #"{"message":{"token":"device-token","notification":{"body":"Body"},"#
      + #""data":{"deliveryID":"0197a2b4-0000-5000-8000-000000000001"},"#
      + #""android":{"priority":"normal","ttl":"604800s","#
      + #""notification":{"tag":"0197a2b4-0000-5000-8000-000000000001"}}}}"#
    #expect(try body(.push(title: nil) { $0.priority = .normal }) == golden)
  }

  @Test func `the most`() throws {
    let golden =
      #"{"message":{"token":"device-token","notification":{"title":"안\"","body":"Body"},"#
      + #""data":{"deliveryID":"0197a2b4-0000-5000-8000-000000000001","link":"shop://o/1"},"#
      + #""android":{"priority":"high","ttl":"90s","collapse_key":"order-1","#
      + #""notification":{"tag":"order-1","channel_id":"orders"}}}}"#
    var settings = settings
    settings.channelID = "orders"
    let send = SendRequest.push(title: "안\"") {
      $0.link = "shop://o/1"
      $0.collapseKey = "order-1"
      $0.sendBefore = UnixTime(milliseconds: Self.now.milliseconds + 90_999)
    }
    #expect(try body(send, settings) == golden)
  }

  @Test func `where it goes, and with what`() throws {
    let request = try FCMMessage.request(.push(), settings, bearer: "ya29.x", now: Self.now)
    #expect(request.url == "https://fcm.googleapis.com/v1/projects/shop-1/messages:send")
    #expect(request.method == "POST")
    #expect(request.headers.map(\.name) == ["authorization", "content-type"])
    #expect(request.headers.map(\.value) == ["Bearer ya29.x", "application/json"])
  }

  @Test(
    "how long FCM keeps it",
    arguments: [
      (nil, 604_800, 604_800), (nil, -5, 0), (nil, 9_000_000, 2_419_200), (0, 1, 0), (-1, 1, 0), (999, 1, 0),
      (1_000, 1, 1), (2_419_200_000, 1, 2_419_200), (2_419_201_000, 1, 2_419_200),
      (Int64.max - 1_800_000_000_000, 1, 2_419_200),
    ] as [(Int64?, Int64, Int64)])
  func ttl(_ left: Int64?, _ standard: Int64, _ seconds: Int64) throws {
    var settings = settings
    settings.ttl = .seconds(standard)
    let send = SendRequest.push {
      $0.sendBefore = left.map { UnixTime(milliseconds: Self.now.milliseconds + $0) }
    }
    #expect(FCMMessage.ttl(send.delivery, settings, now: Self.now) == seconds)
  }

  @Test func `times that are none are now or never, or as long as FCM can`() {
    var delivery = SendRequest.push().delivery
    delivery.sendBefore = UnixTime(milliseconds: .min)
    #expect(FCMMessage.ttl(delivery, settings, now: Self.now) == 0)
    delivery.sendBefore = UnixTime(milliseconds: .max)
    #expect(FCMMessage.ttl(delivery, settings, now: UnixTime(milliseconds: -1)) == 2_419_200)
  }

  @Test func `keys and values of 4,096 bytes are taken, and no byte more`() throws {
    let keys = "title".count + "body".count + "deliveryID".count + "link".count
    let room = 4_096 - keys - 36 - "Title".count - "l".count
    // It is the text that counts, and not how JSON writes it.
    func send(_ count: Int) -> SendRequest {
      .push(body: String(repeating: "\n", count: count - 3) + "안") { $0.link = "l" }
    }
    #expect(failure(send(room)) == nil)
    #expect(failure(send(room + 1)) == SendFailure(.permanent, code: "PAYLOAD_TOO_LARGE"))
  }

  @Test func `what is no push is refused`() {
    let no = SendFailure(.permanent, code: "NO_PUSH")
    #expect(failure(.push { $0.content = MessageContent(sms: SMSContent(body: "x")) }) == no)
    #expect(failure(.push { $0.address = .phone("+821012345678") }) == no)
    #expect(failure(.push(token: "")) == SendFailure(.deadAddress(since: nil), code: "INVALID_ARGUMENT"))
  }

  private struct Sent: Decodable {
    struct Message: Decodable {
      var token: String
      var notification: [String: String]
      var data: [String: String]
      var android: Android
    }
    struct Android: Decodable {
      var priority: String
      var ttl: String
      var collapseKey: String?
      var notification: [String: String]

      enum CodingKeys: String, CodingKey {
        case priority, ttl, notification
        case collapseKey = "collapse_key"
      }
    }
    var message: Message
  }

  @Test("whatever is sent is within FCM's limits", arguments: 1...20 as ClosedRange<UInt64>)
  func limits(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var sent = 0
    for _ in 0..<100 {
      let send = Self.random(&random)
      guard failure(send) == nil else {
        #expect(failure(send)?.code == "PAYLOAD_TOO_LARGE")
        continue
      }
      sent += 1
      let message = try JSONDecoder().decode(Sent.self, from: Data(body(send).utf8)).message
      #expect(message.token == send.delivery.address.device?.token)
      #expect(message.notification["body"] == send.delivery.content.push?.body)
      let pairs = Array(message.notification) + Array(message.data)
      #expect(pairs.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count } <= 4_096)
      #expect(message.data.keys.allSatisfy { $0 != "from" && !$0.hasPrefix("gcm") && !$0.hasPrefix("google") })
      let ttl = try #require(message.android.ttl.wholeMatch(of: /([0-9]+)s/).flatMap { Int64($0.1) })
      #expect((0...2_419_200).contains(ttl))
      #expect(message.android.collapseKey == send.delivery.collapseKey)
      #expect(message.android.notification["tag"] == send.delivery.collapseKey ?? send.delivery.id)
    }
    #expect((10..<100).contains(sent))
  }

  private static func random(_ random: inout SeededGenerator) -> SendRequest {
    func text(_ limit: Int, _ random: inout SeededGenerator) -> String {
      let letters = Array("aZ9 \n\"\\\u{0}\u{7F}안🔔é/")
      return String((0..<Int.random(in: 0...limit, using: &random)).map { _ in letters.randomElement(using: &random)! })
    }
    let title = Bool.random(using: &random) ? text(100, &random) : nil
    let body = text(Int.random(in: 0...4_000, using: &random), &random)
    let link = Bool.random(using: &random) ? text(200, &random) : nil
    let key = Bool.random(using: &random) ? text(40, &random) : nil
    let end = Bool.random(using: &random) ? Int64.random(in: Int64.min...Int64.max, using: &random) : nil
    let near = Int64.random(in: -9_000_000_000...9_000_000_000, using: &random)
    let isNear = Bool.random(using: &random)
    return .push(token: "t" + text(200, &random), title: title, body: body) {
      ($0.link, $0.collapseKey) = (link, key)
      $0.sendBefore = end.map { UnixTime(milliseconds: isNear ? now.milliseconds + near : $0) }
    }
  }
}
