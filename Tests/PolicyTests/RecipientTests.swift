import NotificationModel
import Policy
import Testing

/// Whom an event names: once, twice, or nobody knows them.
@Suite struct RecipientTests {
  @Test func `a delivery says all that a worker needs`() throws {
    var scene = Scene("order", channels: .all([.sms]))
    (scene.request.collapseKey, scene.request.link) = ("k", "app://order/1")
    scene.request.expiresAt = Timestamp("2026-11-25T00:00:00Z")
    let delivery = try #require(try scene.deliveries.first)
    var wanted = Delivery(
      id: delivery.id, eventID: Scene.eventID, eventTime: time("2026-11-24T00:00:00Z"), replay: 0, user: 1,
      channel: .sms, target: "12", address: .phone("+821012340001"), category: "order",
      content: MessageContent(sms: SMSContent(body: "Hello")), priority: .high,
      notBefore: time("2026-11-24T00:00:01Z"), sendBefore: time("2026-11-25T00:00:00Z"))
    (wanted.template, wanted.templateVersion, wanted.locale) = ("hello", 1, "default")
    (wanted.collapseKey, wanted.link) = ("k", "app://order/1")
    wanted.expiresAt = wanted.sendBefore
    #expect(delivery == wanted)
  }

  @Test(arguments: [("order", DeliveryPriority.high), ("login", .high), ("news", .normal), ("sale", .normal)])
  func `what is transactional or about security is urgent, unless the event says otherwise`(
    category: String, priority: DeliveryPriority
  ) throws {
    var scene = Scene(category, channels: .all([.sms])).agreed()
    #expect(try scene.deliveries[0].priority == priority)
    for asked in [DeliveryPriority.normal, .high] {
      scene.request.priority = asked
      #expect(try scene.deliveries[0].priority == asked)
    }
  }

  @Test func `a delivery's id follows from event, channel and target alone`() throws {
    let scene = Scene("news", to: [.user(1), .email("a@example.com")])
    let verdicts = try scene.judge().verdicts
    // Made with Python, uuid5(namespace, "event/channel/target"), the namespace that of `DeliveryID`.
    #expect(
      verdicts.map(\.id) == [
        "3dd96d65-2013-549d-8557-a183e39a9df0", "faa19f62-8109-587b-953b-f56953465a6d",
        "8384c136-e737-5bb3-9bb7-cb5a98f5391f", "8a73ea3b-3cd8-54df-84b9-825e91892118",
      ])
    var other = scene
    other.now = time("2026-11-25T12:00:00+09:00")
    other.person.email.address = "new@example.com"
    other.choices.master = false
    #expect(try other.judge().verdicts.map(\.id) == verdicts.map(\.id))
  }

  @Test func `devices go by the channel of their platform, with all that their providers ask for`() throws {
    var scene = Scene("news", channels: .all([.push]))
    scene.person.devices.append(Scene.device(14, .android))
    scene.person.devices[0].environment = .sandbox
    let registered = time("2026-01-01T00:00:00Z")
    #expect(
      try scene.deliveries.map(\.address) == [
        .device(
          DeviceAddress(
            platform: .ios, appID: "com.example", environment: .sandbox, token: "token-13", registeredAt: registered)),
        .device(
          DeviceAddress(platform: .android, appID: "com.example", token: "token-14", registeredAt: registered)),
      ])
    #expect(try scene.deliveries.map(\.channel) == [.pushIOS, .pushAndroid])
  }

  @Test func `who is unknown is told, and the others are judged`() throws {
    let judgement = try Scene("news", to: [.user(7), .user(1), .user(8)], channels: .all([.sms])).judge()
    #expect(judgement.unresolved == [0, 2])
    #expect(judgement.outcomes == ["sms 12 sent"])
  }

  @Test func `of an event that was routed in part only the rest is routed`() throws {
    var scene = Scene("news", to: [.user(1), .user(2), .email("a@example.com"), .user(3)], channels: .all([.email]))
    for id in [Int64(2), 3] { scene.audience.users[id] = Scene.person(id) }
    let all = try scene.judge().verdicts
    scene.open = [1, 2]
    #expect(try scene.outcomes() == ["email 21 sent", "email r2 sent"])
    #expect(try scene.judge().verdicts.map(\.id) == all[1...2].map(\.id))
    scene.open = []
    #expect(try scene.outcomes() == [])
  }

  // MARK: Twice

  @Test(arguments: [nil, .all([.push, .sms, .email]), .firstOf([.push, .sms, .email])] as [ChannelChoice?])
  func `a user who is named twice gets it once`(channels: ChannelChoice?) throws {
    let once = try Scene("news", to: [.user(1)], channels: channels).outcomes()
    #expect(try Scene("news", to: [.user(1), .user(1)], channels: channels).outcomes() == once)
    var nowhere = Scene("news", to: [.user(1), .user(1)], channels: .firstOf([.push, .sms]))
    (nowhere.person.devices, nowhere.person.phone) = ([], nil)
    #expect(try nowhere.outcomes() == ["push.ios u1 NO_ADDRESS", "sms u1 NO_ADDRESS"])
  }

  @Test func `an address gets an event once, in whatever letters it is written`() throws {
    let whom: [Recipient] = [
      .user(1), .email("U1@Example.com"), .phone("+821012340001"), .email("u1@EXAMPLE.com"),
      Recipient(.address(.device(DeviceAddress(platform: .ios, appID: "com.example", token: "token-13")))),
    ]
    #expect(
      try Scene("news", to: whom).outcomes() == [
        "push.ios 13 sent", "sms 12 sent", "email 11 sent", "email r1 DUPLICATE", "sms r2 DUPLICATE",
        "email r3 DUPLICATE", "push.ios r4 DUPLICATE",
      ])
    #expect(
      try Scene("news", to: whom.reversed()).outcomes() == [
        "push.ios r0 sent", "email r1 sent", "sms r2 sent", "email r3 DUPLICATE", "push.ios 13 DUPLICATE",
        "sms 12 DUPLICATE", "email 11 DUPLICATE",
      ])
  }

  @Test func `another app's or environment's token is another address`() throws {
    let devices = [
      DeviceAddress(platform: .ios, appID: "com.example", token: "t"),
      DeviceAddress(platform: .ios, appID: "com.other", token: "t"),
      DeviceAddress(platform: .ios, appID: "com.example", environment: .sandbox, token: "t"),
      DeviceAddress(platform: .android, appID: "com.example", token: "t"),
    ]
    let scene = Scene("news", to: devices.map { Recipient(.address(.device($0))) })
    #expect(try scene.deliveries.count == 4)
  }

  @Test(arguments: [true, false])
  func `of two who share a phone one who wants no SMS does not keep it from the other`(isFirst: Bool) throws {
    var scene = Scene("news", to: isFirst ? [.user(1), .user(2)] : [.user(2), .user(1)], channels: .all([.sms]))
    scene.audience.users[2] = Scene.person(2)
    scene.audience.users[2]?.phone?.address = "+821012340001"
    scene.choices.channels[.sms] = false
    #expect(try Set(scene.outcomes()) == ["sms 12 OPTED_OUT", "sms 22 sent"])
  }
}
