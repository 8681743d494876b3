/// One step of one delivery: `status.v1`, on `notification.status` under the delivery's id.
public struct DeliveryStatus: Sendable, Equatable, Codable {
  public static let schema = "status.v1"

  public var deliveryID: String
  public var eventID: String
  public var eventTime: UnixTime
  public var replay: Int
  /// 0 until a worker has it.
  public var attempt: Int
  public var state: DeliveryState
  public var reason: String?
  /// Until when it is deferred.
  public var until: UnixTime?
  public var user: Int64?
  public var channel: DeliveryChannel
  public var target: String
  public var category: String?
  public var template: String?
  /// What the provider calls it, once that has taken it.
  public var providerID: String?
  /// Since when the address is dead, by the provider's clock; only where it is.
  public var deadSince: UnixTime?
  /// With that, of an e-mail address or phone number: sixteen bits of it, as four hexadecimal digits, by which it is told
  /// later whether the contact still has the same one.
  public var addressMark: String?
  /// What the carrier said of it, where the state is SUCCESS and somebody asked.
  public var receipt: DeliveryReceipt?
  /// In the provider's word, why it did not arrive or why nothing is known.
  public var receiptCode: String?
  /// When it happened.
  public var time: UnixTime

  public init(
    deliveryID: String, eventID: String, eventTime: UnixTime, replay: Int = 0, attempt: Int = 0, state: DeliveryState,
    reason: String? = nil, until: UnixTime? = nil, user: Int64?, channel: DeliveryChannel, target: String,
    category: String?, template: String?, time: UnixTime
  ) {
    self.deliveryID = deliveryID
    self.eventID = eventID
    self.eventTime = eventTime
    self.replay = replay
    self.attempt = attempt
    self.state = state
    self.reason = reason
    self.until = until
    self.user = user
    self.channel = channel
    self.target = target
    self.category = category
    self.template = template
    self.time = time
  }
}

/// What an event became: `routed.v1`, on `notification.status` under the event's id. Without it nothing can be added up.
public struct RoutedStatus: Sendable, Equatable, Codable {
  public static let schema = "routed.v1"

  public var eventID: String
  public var eventTime: UnixTime
  public var replay: Int
  /// True for deliveries that were deferred before: their numbers come out of the event's own deferrals.
  public var isRelease: Bool
  public var deliveries: Int
  public var suppressions: Int
  public var deferrals: Int
  /// Recipients that are not known yet, for whom the event is a dead letter to be tried again.
  public var unresolved: Int
  /// `topic/partition/offset` of the record that was routed, from where it can be read again.
  public var origin: String?
  /// Which part of the event was routed: nil is the whole, `to:…` some recipients, `release:…` deliveries that had waited.
  /// The same part routed again has the same name, so that its numbers count once.
  public var part: String?
  public var time: UnixTime

  public init(
    eventID: String, eventTime: UnixTime, replay: Int, isRelease: Bool, deliveries: Int, suppressions: Int,
    deferrals: Int, unresolved: Int, time: UnixTime
  ) {
    self.eventID = eventID
    self.eventTime = eventTime
    self.replay = replay
    self.isRelease = isRelease
    self.deliveries = deliveries
    self.suppressions = suppressions
    self.deferrals = deferrals
    self.unresolved = unresolved
    self.time = time
  }
}
