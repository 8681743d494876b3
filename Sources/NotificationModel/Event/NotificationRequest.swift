/// What a service asks for: the payload of a row of the outbox that is to become notifications, `notification.v1`.
/// docs/events.md describes its JSON. What is not known is passed over, so that a service may be ahead of a router.
public struct NotificationRequest: Sendable, Equatable {
  public static let schema = "notification.v1"
  /// What the outbox row is about and what happened, where a service leaves them to us.
  public static let aggregateType = "user"
  public static let eventType = "notification.requested"

  public var to: [Recipient]
  /// A row of `notification.category`: it says what may be passed over.
  public var category: String
  /// The texts; either this or `content`.
  public var template: String?
  public var parameters: [String: JSONValue]
  public var content: MessageContent?
  /// Nil: every channel that the template has a text for and the person has not turned off.
  public var channels: ChannelChoice?
  /// Before the person's own, as BCP 47 has it.
  public var locale: String?
  /// From then on nothing is sent any more.
  public var expiresAt: Timestamp?
  /// Nothing is sent before.
  public var deliverAt: Timestamp?
  /// A later notification with the same key takes the place of an earlier one on the screen; up to 64 bytes.
  public var collapseKey: String?
  /// By default high for what is transactional or about security.
  public var priority: DeliveryPriority?
  /// What a tap opens.
  public var link: String?
  /// Written by Bongsu alone, when deliveries that were deferred are due.
  public var release: DeferredRelease?
  /// Written by Bongsu alone: how often an operator had the event sent anew before it was deferred.
  public var replay: Int?

  public init(
    to recipients: [Recipient], category: String, template: String? = nil, parameters: [String: JSONValue] = [:],
    content: MessageContent? = nil, channels: ChannelChoice? = nil, locale: String? = nil
  ) {
    self.to = recipients
    self.category = category
    self.template = template
    self.parameters = parameters
    self.content = content
    self.channels = channels
    self.locale = locale
  }
}

extension NotificationRequest: Codable {
  enum CodingKeys: String, CodingKey {
    case to, category, template, parameters, content, channels, locale, expiresAt, deliverAt, collapseKey, priority,
      link, release, replay
  }

  public init(from decoder: any Decoder) throws { try self.init(json: JSONValue(from: decoder)) }
}

/// How soon a provider shall hand it over; a phone that saves its battery may keep a normal one back.
public enum DeliveryPriority: String, Sendable, Codable, CaseIterable { case normal, high }

/// Deliveries of an event that were deferred and are now due: only these are sent, the others were before.
public struct DeferredRelease: Sendable, Equatable, Codable {
  /// When the event was written first.
  public var eventTime: Timestamp
  public var deliveries: [Place]

  public struct Place: Sendable, Hashable, Codable {
    public var channel: DeliveryChannel
    public var target: String

    public init(channel: DeliveryChannel, target: String) { (self.channel, self.target) = (channel, target) }
  }

  public init(eventTime: Timestamp, deliveries: [Place]) {
    (self.eventTime, self.deliveries) = (eventTime, deliveries)
  }
}
