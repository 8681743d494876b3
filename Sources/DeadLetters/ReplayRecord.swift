public import Kafka
public import NotificationModel

/// A dead letter's record as it is sent anew.
public struct ReplayRecord: Sendable {
  public var topic: String
  public var content: RecordContent
  /// What the log is to hear of it; nil for an event, as its router tells what becomes of that.
  public var pending: Pending?

  public init(topic: String, content: RecordContent) { (self.topic, self.content) = (topic, content) }

  /// That a delivery is to be sent, as a router says it of one that it makes: until a worker has it, nobody else would.
  public struct Pending: Sendable {
    public let topic: String
    /// The number under which it is sent.
    public let replay: Int
    private let delivery: Delivery

    /// - Parameter prefix: before the names of all topics.
    init(_ delivery: Delivery, replay: Int, prefix: String) {
      (self.delivery, self.replay, topic) = (delivery, replay, NotificationTopic.status.name(prefix: prefix))
    }

    public func status(at now: UnixTime) -> DeliveryStatus {
      DeliveryStatus(
        deliveryID: delivery.id, eventID: delivery.eventID, eventTime: delivery.eventTime, replay: replay,
        state: .pending, user: delivery.user, channel: delivery.channel, target: delivery.target,
        category: delivery.category, template: delivery.template, time: now)
    }

    public func content(at now: UnixTime) -> RecordContent {
      var writer = JSONWriter()
      status(at: now).write(to: &writer)
      return RecordContent(
        key: Array(delivery.id.utf8), value: writer.bytes,
        headers: [SourceRecord.Header(RecordHeader.schema, DeliveryStatus.schema)])
    }
  }
}
