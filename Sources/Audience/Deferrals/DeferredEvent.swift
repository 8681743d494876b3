public import NotificationModel

/// An event of which some deliveries wait for their time.
public struct DeferredEvent: Sendable {
  /// The event's id, a UUID.
  public var id: String
  /// What its outbox row had, and will have again.
  public var aggregateType: String
  public var aggregateID: String
  public var type: String
  /// A JSON object.
  public var payload: String
  /// A JSON object of texts, or nil.
  public var headers: String?
  /// How often an operator has had it sent anew, which its headers lose on the way back.
  public var replay: Int
  /// When it was written first, also where it was deferred before.
  public var eventTime: UnixTime
  public var deliveries: [DeferredDelivery]

  public init(
    id: String, aggregateType: String, aggregateID: String, type: String, payload: String, headers: String? = nil,
    replay: Int = 0, eventTime: UnixTime, deliveries: [DeferredDelivery]
  ) {
    self.id = id
    self.aggregateType = aggregateType
    self.aggregateID = aggregateID
    self.type = type
    self.payload = payload
    self.headers = headers
    self.replay = replay
    self.eventTime = eventTime
    self.deliveries = deliveries
  }
}

/// A delivery that waits.
public struct DeferredDelivery: Sendable {
  /// Of the delivery topics: `push.ios`, `push.android`, `sms` or `email`.
  public var channel: String
  /// Of the delivery's id.
  public var target: String
  public var dueAt: UnixTime
  /// A small word, as `night`.
  public var reason: String

  public init(channel: String, target: String, dueAt: UnixTime, reason: String) {
    self.channel = channel
    self.target = target
    self.dueAt = dueAt
    self.reason = reason
  }
}
