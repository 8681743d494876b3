/// One notification for one person, channel and device, with all that a worker needs: `delivery.v1`, the value of the
/// channels' topics. Times are milliseconds since 1970.
public struct Delivery: Sendable, Equatable, Codable {
  public static let schema = "delivery.v1"

  /// A UUID that follows from event, channel and target, so that routing again makes the same.
  public var id: String
  public var eventID: String
  public var eventTime: UnixTime
  /// How often an operator has had the event sent anew.
  public var replay: Int
  /// Nil for a recipient that the event brought along.
  public var user: Int64?
  public var channel: DeliveryChannel
  /// The device's or contact's id; `r` and the index for a recipient that the event brought along.
  public var target: String
  public var address: DeliveryAddress
  public var category: String
  public var template: String?
  public var templateVersion: Int?
  public var locale: String?
  /// Of its channel alone.
  public var content: MessageContent
  public var priority: DeliveryPriority
  public var collapseKey: String?
  public var link: String?
  /// Not sent before. How long a claim can still tell whether it was sent counts from here.
  public var notBefore: UnixTime
  /// Not sent from then on: the event's expiry, or the end of the hours in which it is permitted.
  public var sendBefore: UnixTime?
  /// The event's expiry alone; without one `sendBefore` is the end of the hours.
  public var expiresAt: UnixTime?

  public init(
    id: String, eventID: String, eventTime: UnixTime, replay: Int, user: Int64?, channel: DeliveryChannel,
    target: String, address: DeliveryAddress, category: String, content: MessageContent, priority: DeliveryPriority,
    notBefore: UnixTime, sendBefore: UnixTime?
  ) {
    self.id = id
    self.eventID = eventID
    self.eventTime = eventTime
    self.replay = replay
    self.user = user
    self.channel = channel
    self.target = target
    self.address = address
    self.category = category
    self.content = content
    self.priority = priority
    self.notBefore = notBefore
    self.sendBefore = sendBefore
  }
}
