public import Kafka
public import NotificationModel

/// A record to be produced.
public struct OutgoingRecord: Sendable {
  public let topic: NotificationTopic
  public let key: [UInt8]?
  public let value: [UInt8]?
  public let headers: [SourceRecord.Header]
  /// Of a dead letter, what to put into its place where Kafka refuses it for its size.
  let source: SourceRecord?

  init(
    _ topic: NotificationTopic, key: [UInt8]?, value: [UInt8]?, headers: [SourceRecord.Header],
    source: SourceRecord? = nil
  ) {
    self.topic = topic
    self.key = key
    self.value = value
    self.headers = headers
    self.source = source
  }
}
