import NotificationModel

/// Events with any of their members.
struct RandomRequest {
  private var json: RandomJSON

  init(seed: UInt64) { json = RandomJSON(seed: seed) }

  mutating func request() -> NotificationRequest {
    var request = NotificationRequest(
      to: (0..<Int.random(in: 1...4, using: &json.random)).map { _ in recipient() }, category: "service")
    if flag() { request.template = json.text() } else { request.content = content() }
    request.parameters = parameters()
    if flag() { request.channels = flag() ? .all([.push, .email]) : .firstOf([.sms]) }
    if flag() { request.locale = "ko-KR" }
    if flag() { request.expiresAt = time() }
    if flag() { request.deliverAt = time() }
    if flag() { request.collapseKey = json.text() }
    if flag() { request.priority = DeliveryPriority.allCases.randomElement(using: &json.random) }
    if flag() { request.link = json.text() }
    if flag() { request.release = release() }
    if flag() { request.replay = Int.random(in: 0...9, using: &json.random) }
    return request
  }

  private mutating func flag() -> Bool { Bool.random(using: &json.random) }

  private mutating func time() -> Timestamp {
    Timestamp(UnixTime(milliseconds: .random(in: 0...4_000_000_000_000, using: &json.random)))
  }

  private mutating func parameters() -> [String: JSONValue] {
    if case .object(let members) = json.value() { members } else { [:] }
  }

  private mutating func recipient() -> Recipient {
    let device = DeviceAddress(platform: .android, appID: json.text(), environment: .sandbox, token: json.text())
    let whom: [Recipient.Whom] = [
      .user(.random(in: 1...(.max), using: &json.random)), .address(.email(json.text())),
      .address(.phone(json.text())), .address(.device(device)),
    ]
    return Recipient(
      whom[Int.random(in: 0..<4, using: &json.random)], locale: flag() ? "en" : nil, parameters: parameters())
  }

  private mutating func content() -> MessageContent {
    MessageContent(
      push: flag() ? push() : nil,
      sms: flag() ? SMSContent(body: json.text()) : nil,
      email: flag() ? EmailContent(subject: json.text(), html: flag() ? json.text() : nil, text: json.text()) : nil)
  }

  private mutating func push() -> PushContent {
    var push = PushContent(title: flag() ? json.text() : nil, body: json.text(), badge: flag() ? 3 : nil)
    (push.sound, push.threadID, push.mutable) = (flag() ? "bell" : nil, flag() ? json.text() : nil, flag() ? true : nil)
    if flag() { (push.titleKey, push.titleArguments) = (json.text(), flag() ? [json.text(), json.text()] : nil) }
    if flag() { (push.bodyKey, push.bodyArguments) = (json.text(), []) }
    return push
  }

  private mutating func release() -> DeferredRelease {
    DeferredRelease(
      eventTime: time(),
      deliveries: [.init(channel: .pushIOS, target: json.text()), .init(channel: .sms, target: "r0")])
  }
}
