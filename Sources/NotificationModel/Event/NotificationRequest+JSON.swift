extension NotificationRequest {
  /// Reads an event's payload.
  /// - Throws: what is wrong with its shape; `check` says whether what it holds can be.
  public init(json: JSONValue) throws(RequestProblem) {
    let members = try JSONMembers(json)
    guard let recipients = try members.list("to") else {
      throw RequestProblem(.invalidMember, "to", "is missing")
    }
    var to: [Recipient] = []
    to.reserveCapacity(recipients.count)
    for (index, recipient) in recipients.enumerated() { to.append(try Recipient(json: recipient, "to[\(index)]")) }
    self.init(to: to, category: try members.neededText("category"), template: try members.text("template"))
    parameters = try members.object("parameters") ?? [:]
    if let content = members["content"] { self.content = try MessageContent(json: content) }
    if let channels = members["channels"] { self.channels = try ChannelChoice(json: channels) }
    locale = try members.text("locale")
    expiresAt = try members.time("expiresAt")
    deliverAt = try members.time("deliverAt")
    collapseKey = try members.text("collapseKey")
    priority = try members.word("priority")
    link = try members.text("link")
    if let release = members["release"] { self.release = try DeferredRelease(json: release) }
    replay = try members.integer("replay").map { Int($0) }
  }
}

extension Recipient {
  fileprivate init(json: JSONValue, _ path: String) throws(RequestProblem) {
    let members = try JSONMembers(json, path)
    let given = ["user", "email", "phone", "device"].filter { members[$0] != nil }
    guard given.count == 1 else {
      throw RequestProblem(.invalidRecipient, path, "names one of user, email, phone and device")
    }
    let whom: Whom =
      switch given[0] {
      case "user": .user(try members.integer("user") ?? 0)
      case "email": .address(.email(try members.neededText("email")))
      case "phone": .address(.phone(try members.neededText("phone")))
      default: .address(.device(try DeviceAddress(json: members.needed("device"), members.path("device"))))
      }
    self.init(whom, locale: try members.text("locale"), parameters: try members.object("parameters") ?? [:])
  }
}

extension DeviceAddress {
  fileprivate init(json: JSONValue, _ path: String) throws(RequestProblem) {
    let members = try JSONMembers(json, path)
    guard let platform: UserDevice.Platform = try members.word("platform") else {
      throw RequestProblem(.invalidMember, members.path("platform"), "is missing")
    }
    self.init(
      platform: platform, appID: try members.neededText("appID"),
      environment: try members.word("environment") ?? .production, token: try members.neededText("token"))
  }
}

extension MessageContent {
  fileprivate init(json: JSONValue) throws(RequestProblem) {
    let members = try JSONMembers(json, "content")
    self.init()
    if let value = members["push"] {
      push = try PushContent(json: value)
    }
    if let value = members["sms"] {
      sms = SMSContent(body: try JSONMembers(value, "content.sms").neededText("body"))
    }
    if let value = members["email"] {
      let email = try JSONMembers(value, "content.email")
      self.email = EmailContent(
        subject: try email.neededText("subject"), html: try email.text("html"), text: try email.text("text"))
    }
  }
}

extension PushContent {
  fileprivate init(json: JSONValue) throws(RequestProblem) {
    let members = try JSONMembers(json, "content.push")
    self.init(
      title: try members.text("title"), body: try members.neededText("body"), actionKey: try members.text("actionKey"),
      badge: try members.integer("badge").map { Int($0) })
    (sound, threadID, mutable) = (try members.text("sound"), try members.text("threadID"), try members.flag("mutable"))
    (titleKey, bodyKey) = (try members.text("titleKey"), try members.text("bodyKey"))
    (titleArguments, bodyArguments) = (try members.texts("titleArguments"), try members.texts("bodyArguments"))
  }
}

extension ChannelChoice {
  fileprivate init(json: JSONValue) throws(RequestProblem) {
    if case .list(let names) = json {
      self = .all(try Self.kinds(names))
    } else {
      let members = try JSONMembers(json, "channels")
      self = .firstOf(try Self.kinds(members.list("firstOf") ?? []))
    }
  }

  private static func kinds(_ names: [JSONValue]) throws(RequestProblem) -> [ChannelKind] {
    var kinds: [ChannelKind] = []
    for name in names {
      guard case .text(let text) = name, let kind = ChannelKind(rawValue: text) else {
        throw RequestProblem(.unknownChannel, "channels", "holds what is no channel; there are push, sms and email")
      }
      if !kinds.contains(kind) { kinds.append(kind) }
    }
    return kinds
  }
}

extension DeferredRelease {
  fileprivate init(json: JSONValue) throws(RequestProblem) {
    let members = try JSONMembers(json, "release")
    guard let time = try members.time("eventTime") else {
      throw RequestProblem(.invalidMember, "release.eventTime", "is missing")
    }
    var places: [Place] = []
    for (index, value) in (try members.list("deliveries") ?? []).enumerated() {
      let place = try JSONMembers(value, "release.deliveries[\(index)]")
      guard let channel: DeliveryChannel = try place.word("channel") else {
        throw RequestProblem(.invalidMember, place.path("channel"), "is missing")
      }
      places.append(Place(channel: channel, target: try place.neededText("target")))
    }
    self.init(eventTime: time, deliveries: places)
  }
}
