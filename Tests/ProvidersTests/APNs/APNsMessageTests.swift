import HTTPTransfer
import NotificationModel
import Testing
import Worker

@testable import Providers

@Suite("A delivery as APNs wants it") struct APNsMessageTests {
  private let settings = APNsSettings(teamID: "ABCDE12345", keyID: "KEY1234567", key: "")

  private func request(_ delivery: Delivery) throws -> HTTPRequest {
    try APNsMessage.request(Deliveries.request(delivery), settings, bearer: "TOKEN")
  }

  @Test func `headers and payload, byte for byte`() throws {
    var delivery = Deliveries.push(
      PushContent(title: "주문", body: "It's \"here\"\n", actionKey: "OPEN", badge: 3))
    delivery.link = "https://shop.example/o/1"
    let request = try request(delivery)
    #expect(request.method == "POST" && request.url == "https://api.push.apple.com/3/device/00ffAA")
    #expect(
      request.headers.map { "\($0.name): \($0.value)" } == [
        "authorization: bearer TOKEN", "apns-id: \(Deliveries.id)", "apns-topic: com.example.shop",
        "apns-push-type: alert", "apns-priority: 10", "apns-expiration: 605800", "apns-collapse-id: \(Deliveries.id)",
      ])
    #expect(
      String(decoding: request.body, as: UTF8.self)
        == #"{"aps":{"alert":{"title":"주문","body":"It's \"here\"\n","action-loc-key":"OPEN"},"badge":3,"#
        + #""sound":"default"},"deliveryID":"\#(Deliveries.id)","link":"https://shop.example/o/1"}"#)
  }

  @Test func `what is missing is left out, and silence is silent`() throws {
    var settings = settings
    settings.sound = nil
    let delivery = Deliveries.push(PushContent(body: "b"))
    let request = try APNsMessage.request(Deliveries.request(delivery), settings, bearer: "TOKEN")
    #expect(
      String(decoding: request.body, as: UTF8.self)
        == #"{"aps":{"alert":{"body":"b"}},"deliveryID":"\#(Deliveries.id)"}"#)
  }

  @Test func `the app's own texts, sound and thread`() throws {
    var push = PushContent(body: "b")
    (push.titleKey, push.titleArguments, push.bodyKey, push.bodyArguments) = ("T", ["1", "\"2\""], "B", [])
    (push.sound, push.threadID, push.mutable) = ("bell.caf", "orders", true)
    let body = try request(Deliveries.push(push)).body
    #expect(
      String(decoding: body, as: UTF8.self)
        == #"{"aps":{"alert":{"body":"b","title-loc-key":"T","title-loc-args":["1","\"2\""],"loc-key":"B","loc-args":[]},"#
        + #""sound":"bell.caf","thread-id":"orders","mutable-content":1},"deliveryID":"\#(Deliveries.id)"}"#)
    push.sound = "none"
    let silent = try request(Deliveries.push(push)).body
    #expect(!String(decoding: silent, as: UTF8.self).contains("sound"))
  }

  @Test func `sandbox, low priority, its own end and its own collapse key`() throws {
    var delivery = Deliveries.push(environment: .sandbox)
    (delivery.priority, delivery.collapseKey) = (.normal, "order-7")
    delivery.sendBefore = UnixTime(milliseconds: 1_700_000_000_999)
    let request = try request(delivery)
    let headers = Dictionary(uniqueKeysWithValues: request.headers.map { ($0.name, $0.value) })
    #expect(request.url.hasPrefix("https://api.sandbox.push.apple.com/3/device/"))
    #expect(headers["apns-priority"] == "5" && headers["apns-collapse-id"] == "order-7")
    #expect(headers["apns-expiration"] == "1700000000")
  }

  @Test(arguments: ["", "a/../b", "a?x", "a b", "é", "a\r\nx: y", "%2e"])
  func `a token that is none is dead and never becomes a path`(token: String) {
    #expect(throws: SendFailure(.deadAddress(since: nil), code: "BadDeviceToken")) {
      try request(Deliveries.push(token: token))
    }
  }

  @Test func `what is no push is refused`() {
    var delivery = Deliveries.push()
    delivery.address = .phone("+821012345678")
    #expect(throws: SendFailure(.permanent, code: "NO_PUSH")) { try request(delivery) }
    delivery = Deliveries.push()
    delivery.content = MessageContent(sms: SMSContent(body: "b"))
    #expect(throws: SendFailure(.permanent, code: "NO_PUSH")) { try request(delivery) }
  }
}
