import NotificationModel

/// The rules for one address, in the order in which they apply.
extension Trial {
  mutating func outcome(_ endpoint: Endpoint, _ person: Person, id: String) throws(Rejection) -> Verdict.Outcome {
    let request = event.request
    if let expiresAt = request.expiresAt, expiresAt.time <= judge.now { return .suppress(.expired) }
    let refusal = rules.obstacle(endpoint) ?? rules.choice(endpoint.channel.kind, person.settings)
    if let deliverAt = request.deliverAt, deliverAt.time > judge.now, refusal == nil || !isFirstOf {
      // Judged when it is due: what people choose until then counts.
      return .wait(.scheduled, until: deliverAt.time)
    }
    if let refusal { return .suppress(refusal) }
    let hours = rules.hours(endpoint.channel.kind, person.user, person.settings)
    if case .quiet(let end) = hours {
      if let expiresAt = request.expiresAt, expiresAt.time <= end { return .suppress(.expired) }
      return .wait(.night, until: end)
    }
    let delivery = try delivery(endpoint, person, hours, id: id)
    return .deliver(delivery, person.user == nil ? [] : rateScopes(endpoint.channel.kind))
  }

  /// Then the channel is chosen when the event comes: a release is of what waits alone and cannot fall back.
  private var isFirstOf: Bool { if case .firstOf? = event.request.channels { true } else { false } }

  private var rules: PlaceRules { PlaceRules(judge: judge, category: category) }

  private func rateScopes(_ kind: ChannelKind) -> [RateScope] {
    guard !category.bypassesRateLimit, category.kind == .service || category.kind == .advertising else { return [] }
    return judge.settings.rateRules.filter {
      ($0.channel ?? kind) == kind && ($0.category ?? category.name) == category.name
    }.map(\.scope)
  }

  private mutating func delivery(
    _ endpoint: Endpoint, _ person: Person, _ hours: QuietHours.Phase?, id: String
  ) throws(Rejection) -> Delivery {
    let request = event.request
    let text = try texts.text(endpoint.channel.kind, locales: person.locales(endpoint), own: person.parameters)
    let content = try TextLimits.fitted(
      text, try marks(person), link: request.link, to: endpoint.address, judge.settings)
    var sendBefore = request.expiresAt?.time
    if case .open(let end) = hours { sendBefore = min(sendBefore ?? end, end) }
    var delivery = Delivery(
      id: id, eventID: event.id,
      eventTime: event.time, replay: event.replay, user: person.user?.id, channel: endpoint.channel,
      target: endpoint.target, address: endpoint.address, category: category.name, content: content,
      priority: request.priority ?? category.kind.priority, notBefore: event.arrived, sendBefore: sendBefore)
    delivery.expiresAt = request.expiresAt?.time
    delivery.template = text.definition?.key
    delivery.templateVersion = text.definition?.version
    delivery.locale = text.definition?.locale
    delivery.collapseKey = request.collapseKey
    delivery.link = request.link
    return delivery
  }

  /// Nil for what is no advertising.
  private func marks(_ person: Person) throws(Rejection) -> AdvertisingText? {
    try judge.settings.marks(category.kind, in: judge.settings.country(of: person.user))
  }
}

extension NotificationCategory.Kind {
  fileprivate var priority: DeliveryPriority { self == .transactional || self == .security ? .high : .normal }
}

extension PolicySettings {
  /// What the law wants on what goes to a country; nil for what is no advertising.
  func marks(_ kind: NotificationCategory.Kind, in country: String) throws(Rejection) -> AdvertisingText? {
    guard kind == .advertising else { return nil }
    guard let marks = advertising[country] else {
      throw Rejection(
        .advertisingNotConfigured, "policy.advertising says nothing for \(country): the law asks for label and sender")
    }
    return marks
  }

  /// By the time zone, where one of the rules is for it; else by the language.
  func country(of user: AudienceUser?) -> String {
    if let zone = user?.timeZone, let rule = quietHours.first(where: { $0.timeZone == zone }) { return rule.country }
    return country(ofLanguage: user?.locale)
  }

  /// By the region of a language, where there is a rule for it; else home.
  public func country(ofLanguage tag: String?) -> String {
    let region = tag?.split(separator: "-").dropFirst().first { $0.utf8.count == 2 }
    guard let country = region?.uppercased(),
      advertising[country] != nil || quietHours.contains(where: { $0.country == country })
    else { return homeCountry }
    return country
  }
}
