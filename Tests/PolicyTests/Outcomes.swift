import NotificationModel
import Policy

extension Scene {
  var event: RoutableEvent {
    RoutableEvent(
      id: Self.eventID, time: time("2026-11-24T00:00:00Z"), arrived: time("2026-11-24T00:00:01Z"), request: request,
      open: open)
  }

  func judge() throws -> Judgement { try Judge(settings, audience, now: now).judge(event) }

  /// In few words, such as `sms 12 sent`, `email 11 OPTED_OUT` or `push.ios 13 NIGHT 2026-11-24T23:00:00.000Z`.
  func outcomes() throws -> [String] { try judge().outcomes }

  var deliveries: [Delivery] { get throws { try judge().deliveries } }

  /// What is read by a channel.
  func content(_ kind: ChannelKind) throws -> MessageContent? {
    try deliveries.first { $0.channel.kind == kind }?.content
  }

  /// The code and words with which the event is refused; nil where it is not.
  func rejection() -> Rejection? {
    do { _ = try judge() } catch { return error as? Rejection }
    return nil
  }

  /// The same event, of which these deliveries were put off and are due.
  func released(_ places: [(DeliveryChannel, String)]) -> Scene {
    var scene = self
    scene.request.release = DeferredRelease(
      eventTime: Timestamp(time("2026-11-24T00:00:00Z")),
      deliveries: places.map { DeferredRelease.Place(channel: $0.0, target: $0.1) })
    return scene
  }
}

extension Judgement {
  var outcomes: [String] { verdicts.map(\.words) }
  var deliveries: [Delivery] { verdicts.compactMap(\.delivery) }
}

extension Verdict {
  var place: String { "\(channel.rawValue) \(target)" }
  var words: String { "\(place) \(outcome.words)" }

  var delivery: Delivery? { if case .deliver(let delivery, _) = outcome { delivery } else { nil } }
}

extension Verdict.Outcome {
  var words: String {
    switch self {
    case .deliver: "sent"
    case .suppress(let reason): reason.rawValue
    case .wait(let reason, let until): "\(reason.rawValue) \(Timestamp(until))"
    }
  }
}
