import Kafka
import NotificationModel
import Operations
import Runtime

/// The way of words into Kafka. It belongs to one thread.
final class ReceiptOutlet {
  private let producer: Producer
  private let topic: ProducerTopic
  private let wake: WakeSignal
  private var told: [UInt] = []
  private var failure: KafkaError?

  init(_ settings: ReceiptSettings, wake: WakeSignal) throws(RoleError) {
    self.wake = wake
    var kafka = settings.kafka
    kafka.properties.merge(["linger.ms": "5"]) { given, _ in given }
    do throws(KafkaError) {
      producer = try Producer(kafka, wake: wake)
      topic = try producer.topic(NotificationTopic.status.name(prefix: settings.topicPrefix))
    } catch {
      throw RoleError("Kafka's settings", cause: error)
    }
  }

  /// - Parameter token: comes back from `drain` when Kafka has it.
  func send(_ status: DeliveryStatus, token: UInt) throws(RoleError) {
    var writer = JSONWriter()
    status.write(to: &writer)
    let content = RecordContent(
      key: Array(status.deliveryID.utf8), value: writer.bytes,
      headers: [SourceRecord.Header(RecordHeader.schema, DeliveryStatus.schema)])
    let isTaken: Bool
    do throws(KafkaError) {
      isTaken = try producer.offer(content, to: topic, token: token)
    } catch {
      throw RoleError("Kafka took no record", cause: error)
    }
    if !isTaken { throw RoleError("Kafka takes no records at present") }
  }

  /// Tokens of what Kafka has.
  func drain() throws(RoleError) -> [UInt] {
    producer.drain { report in
      if let error = report.failure { failure = failure ?? error } else { told.append(report.token) }
    }
    if let error = failure ?? producer.fatalError {
      throw RoleError("topic \(topic.name)", cause: error)
    }
    defer { told.removeAll(keepingCapacity: true) }
    return told
  }

  /// Waits for what is on its way.
  func close(within time: Duration) {
    producer.flush(timeoutMilliseconds: Int(max(0, time / .milliseconds(1))))
    producer.close()
  }
}
