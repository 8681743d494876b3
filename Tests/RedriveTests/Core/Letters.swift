import Kafka
import NotificationModel
import TestSupport

@testable import Redrive

/// Dead letters and waiting records as values.
enum Letters {
  static let now = UnixTime(milliseconds: 1_800_000_000_000)

  static func source(
    topic: String = "notification.dlq", partition: Int32 = 0, offset: Int64 = 0, timestamp: Int64 = now.milliseconds,
    value: [UInt8]? = nil, _ headers: [String: String]
  ) -> SourceRecord {
    SourceRecord(
      place: TopicPartition(topic, partition), offset: offset, timestamp: timestamp, key: Array("1".utf8),
      value: value, headers: headers.sorted { $0.key < $1.key }.map { SourceRecord.Header($0.key, $0.value) })
  }

  static func record(_ headers: [String: String], value: [UInt8]? = nil) -> DeadRecord {
    let own = ["id": "a", RecordHeader.origin: "notification.sms/0/7", RecordHeader.errorCode: "X"]
    return DeadRecord(source(value: value, own.merging(headers) { $1 }), DeadRecord.Homes(prefix: "notification."))
  }

  static func record(of delivery: Delivery, _ headers: [String: String] = [:]) -> DeadRecord {
    var writer = JSONWriter()
    delivery.write(to: &writer)
    return record([RecordHeader.errorClass: "RETRIABLE"].merging(headers) { $1 }, value: writer.bytes)
  }
}
