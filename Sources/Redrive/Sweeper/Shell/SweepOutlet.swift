import Foundation
import Kafka
import NotificationModel
import Operations
import Runtime

/// The sweeper's way into Kafka. It belongs to one thread.
final class SweepOutlet {
  private let producer: Producer
  private let events, alerts: ProducerTopic
  private let stop: StopRequest

  private static let limitNanoseconds: Int64 = 30_000_000_000

  init(_ settings: SweeperSettings, stop: StopRequest) throws(KafkaError) {
    self.stop = stop
    var kafka = settings.kafka
    kafka.properties.merge(["message.max.bytes": "100000000", "linger.ms": "5"]) { given, _ in given }
    producer = try Producer(kafka)
    events = try producer.topic(settings.name(.events))
    alerts = try producer.topic(settings.name(.alerts))
  }

  /// Returns once Kafka has all of them.
  func send(_ records: [RecordContent]) throws(RoleError) { try send(records, to: events) }

  func send(_ alert: Alert) throws(RoleError) {
    let value = (try? JSONEncoder().encode(alert)).map { Array($0) } ?? []
    let record = RecordContent(
      key: Array(alert.group.utf8), value: value, headers: [SourceRecord.Header(RecordHeader.schema, Alert.schema)])
    try send([record], to: alerts)
  }

  private func send(_ records: [RecordContent], to topic: ProducerTopic) throws(RoleError) {
    var failure: KafkaError?
    do throws(KafkaError) {
      for (index, record) in records.enumerated() {
        while try !producer.offer(record, to: topic, token: UInt(index)), !stop.isRequested {
          producer.flush(timeoutMilliseconds: 1_000) { failure = failure ?? $0.failure }
        }
      }
    } catch {
      throw RoleError("topic \(topic.name)", cause: error)
    }
    let end = SystemTime.monotonicNanoseconds() + Self.limitNanoseconds
    while !producer.flush(timeoutMilliseconds: 200, { failure = failure ?? $0.failure }) {
      if stop.isRequested || SystemTime.monotonicNanoseconds() > end {
        throw RoleError("Kafka takes no record for topic \(topic.name)")
      }
    }
    if let failure { throw RoleError("topic \(topic.name)", cause: failure) }
  }

  func close() { producer.close() }
}
