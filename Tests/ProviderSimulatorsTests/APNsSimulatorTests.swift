import NotificationModel
import ProviderSimulators
import Testing

/// Apple's rules, with curl as the client.
@Suite struct APNsSimulatorTests {
  @Test func `a correct push is accepted, told by its id and kept`() throws {
    let apns = try APNsFixture()
    let answer = try apns.push(["apns-collapse-id": "order-1"])
    #expect((answer.status, answer.body, answer.exitCode) == (200, "", 0))
    #expect(answer.headers["apns-id"] == APNsFixture.id)
    try #require(apns.simulator.received.count == 1)
    let delivery = apns.simulator.received[0]
    #expect(delivery.isAccepted)
    #expect((delivery.id, delivery.token, delivery.connection) == (APNsFixture.id, APNsFixture.device, 1))
    #expect(delivery.headers["apns-collapse-id"] == "order-1")
    #expect(delivery.headers["apns-topic"] == "com.example.shop")
    #expect(delivery.body == ["aps": ["alert": "Hello"]])
    #expect((delivery.reason, delivery.misbehaviour) == (nil, nil))
    #expect(apns.simulator.counts.accepted == 1)
  }

  @Test func `who sends no id is told the one that was made`() throws {
    let apns = try APNsFixture()
    let id = try #require(try apns.push(["apns-id": nil]).headers["apns-id"])
    #expect(id != APNsFixture.id && id.count == 36)
    #expect(apns.simulator.received.map(\.id) == [id])
  }

  @Test(arguments: [
    ("apns-id", "0195B7A8-7D3C-7AAA-8AAA-0123456789AB", "BadMessageId"), ("apns-id", "1", "BadMessageId"),
    ("apns-id", "0195b7a8-7d3c-7aaa-8aaa-0123456789ag", "BadMessageId"),
    ("apns-id", "0195b7a8+7d3c-7aaa-8aaa-0123456789ab", "BadMessageId"),
    ("apns-expiration", "tomorrow", "BadExpirationDate"), ("apns-expiration", "-1", "BadExpirationDate"),
    ("apns-priority", "9", "BadPriority"), ("apns-priority", "high", "BadPriority"),
    ("apns-collapse-id", String(repeating: "x", count: 65), "BadCollapseId"),
    ("apns-collapse-id", String(repeating: "가", count: 22), "BadCollapseId"),
    ("apns-push-type", "loud", "InvalidPushType"), ("apns-topic", nil, "MissingTopic"),
    ("apns-topic", "com.example.other", "TopicDisallowed"),
  ]) func `a wrong header is refused by name`(name: String, value: String?, reason: String) throws {
    let apns = try APNsFixture { $0.topics = ["com.example.shop"] }
    let answer = try apns.push([name: value])
    #expect((answer.status, answer.reason) == (400, reason))
    #expect(answer.headers["apns-id"] != nil)
    #expect(apns.simulator.received.map(\.reason) == [reason])
    #expect(apns.simulator.counts.refused == [reason: 1])
    #expect(apns.simulator.counts.accepted == 0)
  }

  @Test(arguments: [
    ("apns-expiration", "1790000000"), ("apns-expiration", nil), ("apns-priority", "5"), ("apns-priority", "1"),
    ("apns-priority", nil), ("apns-collapse-id", String(repeating: "x", count: 64)), ("apns-push-type", nil),
    ("apns-push-type", "liveactivity"), ("apns-topic", "com.example.shop.push-type.liveactivity"),
  ]) func `what Apple allows passes`(name: String, value: String?) throws {
    let apns = try APNsFixture { $0.topics = ["com.example.shop"] }
    #expect(try apns.push([name: value]).status == 200)
  }

  @Test func `a background push at once is an error`() throws {
    let apns = try APNsFixture()
    let answer = try apns.push(["apns-push-type": "background", "apns-priority": "10"])
    #expect(answer.reason == "BadPriority")
    #expect(try apns.push(["apns-push-type": "background", "apns-priority": "5"]).status == 200)
  }

  @Test func `a header that comes twice is refused`() throws {
    let answer = try APNsFixture().push(options: ["-H", "apns-priority: 10"])
    #expect((answer.status, answer.reason) == (400, "DuplicateHeaders"))
  }

  @Test(arguments: [("alert", 4_096), ("voip", 5_120)])
  func `a payload may be as long as Apple says and no byte longer`(type: String, limit: Int) throws {
    let apns = try APNsFixture()
    let frame = #"{"aps":""}"#.utf8.count
    for (bytes, status) in [(limit, 200), (limit + 1, 413), (100_000, 413)] {
      let body = Array(#"{"aps":"\#(String(repeating: "x", count: bytes - frame))"}"#.utf8)
      let answer = try apns.push(["apns-push-type": type], body: body)
      #expect(answer.status == status)
      #expect(answer.reason == (status == 413 ? "PayloadTooLarge" : nil))
    }
  }

  @Test(arguments: ["", "no JSON", "[]", #"{"aps":"#])
  func `a payload that is no JSON object is as good as none`(body: String) throws {
    let answer = try APNsFixture().push(body: Array(body.utf8))
    #expect((answer.status, answer.reason) == (400, "PayloadEmpty"))
  }

  @Test(arguments: ["abc", "xx", String(repeating: "zz", count: 32), String(repeating: "a", count: 65)])
  func `what no device has as a token is refused`(token: String) throws {
    let answer = try APNsFixture().push(to: token)
    #expect((answer.status, answer.reason) == (400, "BadDeviceToken"))
  }

  @Test(arguments: [
    ("GET", "/3/device/\(APNsFixture.device)", 405, "MethodNotAllowed"), ("POST", "/2/device/1", 404, "BadPath"),
    ("POST", "/3/device/", 400, "MissingDeviceToken"),
  ]) func `another door is closed`(method: String, path: String, status: Int, reason: String) throws {
    let apns = try APNsFixture()
    let answer = try apns.curl.send(path, method: method, headers: apns.headers())
    #expect((answer.status, answer.reason) == (status, reason))
  }

  @Test func `a dead device is told with the time in milliseconds, until it lives again`() throws {
    let apns = try APNsFixture()
    apns.simulator.answer(
      token: APNsFixture.device, with: .unregistered(at: UnixTime(milliseconds: 1_760_000_000_123)))
    let answer = try apns.push()
    #expect((answer.status, answer.body) == (410, #"{"reason":"Unregistered","timestamp":1760000000123}"#))
    apns.simulator.answer(token: APNsFixture.device, with: .badDeviceToken)
    #expect(try apns.push().body == #"{"reason":"BadDeviceToken"}"#)
    apns.simulator.answer(token: APNsFixture.device, with: nil)
    #expect(try apns.push().status == 200)
    #expect(apns.simulator.counts.refused == ["Unregistered": 1, "BadDeviceToken": 1])
  }

  @Test func `answers can follow from the token`() throws {
    let apns = try APNsFixture { settings in
      settings.answers = { $0.hasPrefix("a1") ? APNsAnswer(.tooManyRequests) : nil }
    }
    #expect(try apns.push().status == 429)
    #expect(try apns.push(to: String(repeating: "b2", count: 32)).status == 200)
  }

  @Test func `what is beyond the limit is counted alone, and all can be forgotten`() throws {
    let apns = try APNsFixture { $0.receivedMax = 1 }
    for _ in 0..<3 { _ = try apns.push() }
    #expect((apns.simulator.received.count, apns.simulator.counts.requests) == (1, 3))
    apns.simulator.forgetReceived()
    #expect(apns.simulator.received.isEmpty && apns.simulator.counts == SimulatorCounts())
  }
}
