extension Delivery {
  /// Reads what `write` writes, as Codable does, at a tenth of the price: members that are not known are passed over, what
  /// is missing or of another kind is refused.
  public init(json bytes: [UInt8]) throws(JSONParseError) {
    var json = JSONReader(bytes)
    var draft = DeliveryDraft()
    try json.members { json, name throws(JSONParseError) in try draft.take(name, &json) }
    try json.end()
    guard let delivery = draft.delivery else { throw json.fault }
    self = delivery
  }
}

/// A delivery's members, as far as they have come.
private struct DeliveryDraft {
  private var id, eventID, target, category, template, locale, collapseKey, link: String?
  private var eventTime, notBefore, sendBefore, expiresAt: UnixTime?
  private var replay, user, templateVersion: Int64?
  private var channel: DeliveryChannel?
  private var address: DeliveryAddress?
  private var content: MessageContent?
  private var priority: DeliveryPriority?

  mutating func take(_ name: String, _ json: inout JSONReader) throws(JSONParseError) {
    guard try !json.null() else { return }
    switch name {
    case "id": id = try json.text()
    case "eventID": eventID = try json.text()
    case "eventTime": eventTime = try json.time()
    case "replay": replay = try json.integer()
    case "user": user = try json.integer()
    case "channel": channel = try json.word()
    case "target": target = try json.text()
    case "address": address = try DeliveryAddress(&json)
    case "category": category = try json.text()
    case "template": template = try json.text()
    case "templateVersion": templateVersion = try json.integer()
    case "locale": locale = try json.text()
    case "content": content = try MessageContent(&json)
    case "priority": priority = try json.word()
    case "collapseKey": collapseKey = try json.text()
    case "link": link = try json.text()
    case "notBefore": notBefore = try json.time()
    case "sendBefore": sendBefore = try json.time()
    case "expiresAt": expiresAt = try json.time()
    default: try json.skip()
    }
  }

  /// Nil where something that is needed has not come.
  var delivery: Delivery? {
    guard let id, let eventID, let eventTime, let replay, let channel, let target, let address, let category,
      let content, let priority, let notBefore
    else { return nil }
    var delivery = Delivery(
      id: id, eventID: eventID, eventTime: eventTime, replay: Int(replay), user: user, channel: channel,
      target: target, address: address, category: category, content: content, priority: priority,
      notBefore: notBefore, sendBefore: sendBefore)
    (delivery.template, delivery.templateVersion, delivery.locale) = (template, templateVersion.map { Int($0) }, locale)
    (delivery.collapseKey, delivery.link, delivery.expiresAt) = (collapseKey, link, expiresAt)
    return delivery
  }
}

extension DeliveryAddress {
  /// A device counts before a phone, and that before an e-mail address, as by Codable.
  fileprivate init(_ json: inout JSONReader) throws(JSONParseError) {
    var (device, phone, email): (DeviceAddress?, String?, String?)
    try json.members { json, name throws(JSONParseError) in
      guard try !json.null() else { return }
      switch name {
      case "device": device = try DeviceAddress(&json)
      case "phone": phone = try json.text()
      case "email": email = try json.text()
      default: try json.skip()
      }
    }
    if let device {
      self = .device(device)
    } else if let phone {
      self = .phone(phone)
    } else {
      guard let email else { throw json.fault }
      self = .email(email)
    }
  }
}

extension DeviceAddress {
  fileprivate init(_ json: inout JSONReader) throws(JSONParseError) {
    var platform: UserDevice.Platform?
    var environment: UserDevice.Environment?
    var (appID, token): (String?, String?)
    var registeredAt: UnixTime?
    try json.members { json, name throws(JSONParseError) in
      guard try !json.null() else { return }
      switch name {
      case "platform": platform = try json.word()
      case "appID": appID = try json.text()
      case "environment": environment = try json.word()
      case "token": token = try json.text()
      case "registeredAt": registeredAt = try json.time()
      default: try json.skip()
      }
    }
    guard let platform, let appID, let token else { throw json.fault }
    self.init(
      platform: platform, appID: appID, environment: environment ?? .production, token: token,
      registeredAt: registeredAt)
  }
}
