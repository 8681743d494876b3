import Kafka
import NotificationModel
import Operations
import Runtime

/// Puts aside what is no status: the record byte for byte in `notification.parked`, and why. It belongs to one thread.
final class ParkingOutlet {
  private let producer: Producer
  private let topic: ProducerTopic

  private static let timeoutMilliseconds = 60_000

  init(_ settings: RecorderSettings, topics: [String]) throws(RoleError) {
    var kafka = settings.kafka
    kafka.properties.merge(["message.max.bytes": "100000000", "linger.ms": "1"]) { given, _ in given }
    do throws(KafkaError) {
      producer = try Producer(kafka)
      topic = try producer.topic(settings.name(.parked))
    } catch {
      throw RoleError("Kafka's settings", cause: error)
    }
    try RoleError.doing("Kafka's topics") { () throws(KafkaError) in try producer.require(topics) }
  }

  /// Returns once Kafka has all of them.
  func park(_ refusals: [LogWriter.Refusal]) throws(RoleError) {
    guard !refusals.isEmpty else { return }
    var failure: KafkaError?
    do throws(KafkaError) {
      for (index, refusal) in refusals.enumerated() {
        let content = Self.content(refusal)
        while try !producer.offer(content, to: topic, token: UInt(index)) {
          _ = producer.flush(timeoutMilliseconds: 1_000) { failure = failure ?? $0.failure }
        }
      }
    } catch {
      throw RoleError("parking what is no status", cause: error)
    }
    let isFlushed = producer.flush(timeoutMilliseconds: Self.timeoutMilliseconds) { failure = failure ?? $0.failure }
    if let failure { throw RoleError("parking what is no status", cause: failure) }
    if !isFlushed { throw RoleError("Kafka takes no record for topic \(topic.name)") }
  }

  private static func content(_ refusal: LogWriter.Refusal) -> RecordContent {
    let source = refusal.record
    let note = FailureNote(.permanent, code: refusal.code, detail: refusal.detail, origin: source.origin)
    let added = note.headers(hasEventTime: source.header(RecordHeader.eventTime) != nil)
    return RecordContent(
      key: source.key, value: source.value,
      headers: source.headers.filter { FailureNote.keeps($0.name) }
        + added.map { SourceRecord.Header($0.name, $0.text) })
  }

  func close() { producer.close() }
}
