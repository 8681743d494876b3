public import NotificationModel

/// Decides what becomes of events: pure, so that the same event, audience and moment give the same answer.
public struct Judge {
  let settings: PolicySettings
  let audience: PolicyAudience
  public let now: UnixTime

  public init(_ settings: PolicySettings, _ audience: PolicyAudience, now: UnixTime) {
    self.settings = settings
    self.audience = audience
    self.now = now
  }

  /// - Parameter event: whose request was checked.
  /// - Throws: what makes the event a dead letter; it then has no deliveries at all.
  public func judge(_ event: RoutableEvent) throws(Rejection) -> Judgement {
    guard let category = audience.categories[event.request.category] else {
      throw Rejection(.unknownCategory, "there is no category \(event.request.category)")
    }
    var trial = Trial(
      judge: self, event: event, category: category,
      texts: try TextSource(event.request, audience.templates))
    return try trial.run()
  }

  /// Whether a category's events are advertising, for `Judgement.settle`.
  public func isAdvertising(_ event: RoutableEvent) -> Bool {
    audience.categories[event.request.category]?.kind == .advertising
  }
}
