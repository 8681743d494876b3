public import Kafka
public import NotificationModel

/// A record to be produced.
public struct OutgoingRecord: Sendable {
  public let topic: NotificationTopic
  public let content: RecordContent
  /// Of a dead letter, what to put into its place where Kafka refuses it for its size.
  let source: SourceRecord?

  init(
    _ topic: NotificationTopic, key: [UInt8]?, value: [UInt8]?, headers: [SourceRecord.Header],
    source: SourceRecord? = nil
  ) {
    self.topic = topic
    self.source = source
    content = RecordContent(key: key, value: value, headers: headers)
  }
}
