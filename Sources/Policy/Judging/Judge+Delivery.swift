public import NotificationModel

/// What becomes of a delivery that is to be tried again.
public enum DeliveryVerdict: Sendable, Equatable {
  /// The delivery as it is now: its own self, but for an address that has changed since and the end of the hours.
  case send(Delivery)
  case suppress(SuppressionReason)
  /// It is night for it.
  case wait(until: UnixTime)
}

extension Judge {
  /// Judges a delivery as its event would be judged now, apart from its text, and from the rate limit, which has counted
  /// it already.
  /// - Throws: its category is no more.
  public func judge(_ delivery: Delivery) throws(Rejection) -> DeliveryVerdict {
    if let expiresAt = delivery.expiresAt, expiresAt <= now { return .suppress(.expired) }
    guard let category = audience.categories[delivery.category] else {
      throw Rejection(.unknownCategory, "there is no category \(delivery.category)")
    }
    guard let known = place(of: delivery) else { return .suppress(.noAddress) }
    let rules = PlaceRules(judge: self, category: category)
    let (kind, settings) = (delivery.channel.kind, delivery.user.flatMap { audience.settings[$0] })
    if let refusal = rules.obstacle(known.endpoint) ?? rules.choice(kind, settings) { return .suppress(refusal) }
    var delivery = delivery
    delivery.address = known.endpoint.address
    delivery.sendBefore = delivery.expiresAt
    switch rules.hours(kind, known.user, settings) {
    case .quiet(let end):
      if let expiresAt = delivery.expiresAt, expiresAt <= end { return .suppress(.expired) }
      return .wait(until: end)
    case .open(let end): delivery.sendBefore = min(delivery.expiresAt ?? end, end)
    case nil: break
    }
    return .send(delivery)
  }

  /// Where it goes now; nil where the person, the device or the contact is no more, or the device is another's.
  private func place(of delivery: Delivery) -> (endpoint: Endpoint, user: AudienceUser?)? {
    guard let id = delivery.user else {
      let address = SuppressibleAddress(delivery.address)
      return (Endpoint(address: delivery.address, target: delivery.target, suppressible: address), nil)
    }
    guard let user = audience.users[id] else { return nil }
    return Person.endpoints(user).first { $0.channel == delivery.channel && $0.target == delivery.target }
      .map { ($0, user) }
  }
}
