import Foundation
import NotificationModel
import TestSupport
import Testing

/// What workers, the recorder and readers of other make find on the topics. These texts are a contract: a change of them
/// is a new version of the schema.
@Suite("The wire forms") struct WireFormTests {
  static let delivery = {
    let device = DeviceAddress(
      platform: .ios, appID: "com.example", token: "abc", registeredAt: UnixTime(milliseconds: 5))
    var delivery = Delivery(
      id: "d", eventID: "e", eventTime: UnixTime(milliseconds: 1), replay: 0, user: 42, channel: .pushIOS, target: "7",
      address: .device(device), category: "service",
      content: MessageContent(push: PushContent(title: "T", body: "B", actionKey: "A", badge: 1)), priority: .high,
      notBefore: UnixTime(milliseconds: 2), sendBefore: UnixTime(milliseconds: 3))
    (delivery.template, delivery.templateVersion, delivery.locale) = ("t", 4, "ko")
    (delivery.collapseKey, delivery.link) = ("c", "https://example.com/")
    return delivery
  }()

  static let deliveryText = """
    {"id":"d","eventID":"e","eventTime":1,"replay":0,"user":42,"channel":"push.ios","target":"7","address":{"device":\
    {"platform":"ios","appID":"com.example","environment":"production","token":"abc","registeredAt":5}},\
    "category":"service","template":"t","templateVersion":4,"locale":"ko","content":{"push":{"title":"T","body":"B",\
    "actionKey":"A","badge":1}},"priority":"high","collapseKey":"c","link":"https://example.com/","notBefore":2,\
    "sendBefore":3}
    """

  private static func text(_ write: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    write(&writer)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  @Test func `delivery.v1`() throws {
    #expect(Delivery.schema == "delivery.v1")
    #expect(Self.text { Self.delivery.write(to: &$0) } == Self.deliveryText)
    #expect(try JSONDecoder().decode(Delivery.self, from: Data(Self.deliveryText.utf8)) == Self.delivery)
  }

  @Test func `status.v1 and routed.v1`() throws {
    let status = DeliveryStatus(
      deliveryID: "d", eventID: "e", eventTime: UnixTime(milliseconds: 1), replay: 2, attempt: 3, state: .deferred,
      reason: "NIGHT", until: UnixTime(milliseconds: 9), user: nil, channel: .sms, target: "r0", category: "sale",
      template: nil, time: UnixTime(milliseconds: 4))
    let text = """
      {"deliveryID":"d","eventID":"e","eventTime":1,"replay":2,"attempt":3,"state":"DEFERRED","reason":"NIGHT","until":9,\
      "channel":"sms","target":"r0","category":"sale","time":4}
      """
    #expect(Self.text { status.write(to: &$0) } == text && DeliveryStatus.schema == "status.v1")
    var routed = RoutedStatus(
      eventID: "e", eventTime: UnixTime(milliseconds: 1), replay: 0, isRelease: true, deliveries: 2, suppressions: 3,
      deferrals: 4, unresolved: 5, time: UnixTime(milliseconds: 6))
    let routedText = """
      {"eventID":"e","eventTime":1,"replay":0,"isRelease":true,"deliveries":2,"suppressions":3,"deferrals":4,\
      "unresolved":5,"origin":"t/0/7","time":6}
      """
    routed.origin = "t/0/7"
    #expect(Self.text { routed.write(to: &$0) } == routedText && RoutedStatus.schema == "routed.v1")
    #expect(try JSONDecoder().decode(RoutedStatus.self, from: Data(routedText.utf8)) == routed)
  }

  @Test func `what is written by hand is what Codable writes, for every address and content`() throws {
    let addresses: [DeliveryAddress] = [
      .phone("+821012345678"), .email("kim@example.com"),
      .device(DeviceAddress(platform: .android, appID: "a", environment: .sandbox, token: "t")),
    ]
    var whole = PushContent(title: "T", body: "B", actionKey: "A", badge: 1)
    (whole.sound, whole.threadID, whole.mutable) = ("bell", "thread", false)
    (whole.titleKey, whole.titleArguments, whole.bodyKey, whole.bodyArguments) = ("t", [], "b", ["\"", "가"])
    let contents = [
      MessageContent(push: whole), MessageContent(push: PushContent(body: "\"\n\u{1}가😀")),
      MessageContent(sms: SMSContent(body: "")),
      MessageContent(email: EmailContent(subject: "S", html: "<p>", text: nil)),
    ]
    for address in addresses {
      for content in contents {
        var delivery = Self.delivery
        (delivery.address, delivery.content, delivery.user, delivery.sendBefore) = (address, content, nil, nil)
        let text = Self.text { delivery.write(to: &$0) }
        #expect(try JSONDecoder().decode(Delivery.self, from: Data(text.utf8)) == delivery)
        #expect(try JSONParser.parse(Array(text.utf8)) == JSONParser.parse(Array(JSONEncoder().encode(delivery))))
      }
    }
  }

  @Test func `a reader passes over members that it does not know`() throws {
    let newer = Self.deliveryText.dropLast() + #","since":"v1.4","more":{"a":[1]}}"#
    #expect(try JSONDecoder().decode(Delivery.self, from: Data(newer.utf8)) == Self.delivery)
  }

  @Test func `states rank in the database as they do here`() throws {
    let sql = try String(
      contentsOfFile: Repository.file("migrations/notification/005_delivery_log.up.sql"), encoding: .utf8)
    let ranks = sql.matches(of: /WHEN '([A-Z]+)' THEN ([0-9])/).map { ("\($0.1)", Int($0.2)) }
    let last = try #require(sql.firstMatch(of: /ELSE ([0-9]) END\) STORED/).flatMap { Int($0.1) })
    let states = DeliveryState.allCases
    #expect(ranks.count == states.count - 1)
    for (name, rank) in ranks { #expect(DeliveryState(rawValue: name)?.rank == rank, "\(name)") }
    #expect(DeliveryState.success.rank == last && Set(states.map(\.rank)).count == states.count)
    for state in states { #expect(sql.contains("'\(state.rawValue)'")) }
  }
}
