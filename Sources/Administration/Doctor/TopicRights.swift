import Kafka
import Runtime

/// Asks a broker what this user may do with topics, without leaving anything in them.
///
/// Rights themselves a relay's user may not see, and librdkafka 2.0.2 cannot ask what is allowed. So a record is
/// produced that is larger than the topic takes: a broker looks at the right first, and answers with the one or the
/// other. Reading begins at a topic's end.
struct TopicRights {
  private let settings: KafkaSettings

  private static let timeout = 5_000
  /// More is not sent for a question.
  private static let largest = 32 << 20

  init(_ settings: KafkaSettings) { self.settings = settings }

  /// By the topics' names.
  func ask(_ topics: [KafkaFacts.Topic]) throws(KafkaError) -> [String: KafkaFacts.Rights] {
    var rights: [String: KafkaFacts.Rights] = [:]
    let (write, read) = (try writing(to: topics), try reading(topics))
    for topic in topics {
      rights[topic.name] = KafkaFacts.Rights(
        write: write[topic.name] ?? .unanswered, read: read[topic.name] ?? .unanswered)
    }
    return rights
  }

  /// One topic after another, so that no more than one such record is held.
  private func writing(to topics: [KafkaFacts.Topic]) throws(KafkaError) -> [String: KafkaFacts.Answer] {
    var answers: [String: KafkaFacts.Answer] = [:]
    for topic in topics {
      let limit = topic.settings?["max.message.bytes"].flatMap { Int($0) }
      guard let limit, limit < Self.largest else { continue }
      answers[topic.name] = try writing(to: topic.name, limit: limit)
    }
    return answers
  }

  private func writing(to topic: String, limit: Int) throws(KafkaError) -> KafkaFacts.Answer {
    let bytes = [UInt8](repeating: 0, count: limit + 1_024)
    let producer = try Producer(unrestrained(bytes.count))
    defer { producer.close() }
    var headers = RecordHeaders()
    try producer.produce(
      try producer.topic(topic), key: nil, value: bytes.span.bytes, headers: &headers, token: 0)
    var answer = KafkaFacts.Answer.unanswered
    producer.flush(timeoutMilliseconds: Self.timeout) { report in
      switch report.error {
      case .msgSizeTooLarge?, nil: answer = .allowed
      case .topicAuthorizationFailed?, .clusterAuthorizationFailed?: answer = .refused(report.error ?? .unknown)
      default: break
      }
    }
    return answer
  }

  /// The library itself must neither refuse the record nor make it smaller, nor send it again.
  private func unrestrained(_ bytes: Int) -> KafkaSettings {
    var settings = settings
    for alias in ["compression.type", "delivery.timeout.ms", "request.required.acks"] {
      settings.properties[alias] = nil
    }
    settings.properties.merge([
      "message.max.bytes": "\(bytes + 64_000)", "message.timeout.ms": "\(Self.timeout)", "compression.codec": "none",
      "enable.idempotence": "false", "acks": "all", "retries": "0",
    ]) { $1 }
    return settings
  }

  private func reading(_ topics: [KafkaFacts.Topic]) throws(KafkaError) -> [String: KafkaFacts.Answer] {
    var settings = settings
    settings.properties["enable.partition.eof"] = "true"
    let consumer = try Consumer(settings)
    defer { consumer.close() }
    var answers: [String: KafkaFacts.Answer] = [:]
    for topic in topics { answers[topic.name] = try reading(topic.name, consumer) }
    return answers
  }

  private func reading(_ topic: String, _ consumer: Consumer) throws(KafkaError) -> KafkaFacts.Answer {
    try consumer.assign([TopicPartition(topic, 0): .end])
    let deadline = SystemTime.monotonicNanoseconds() + Int64(Self.timeout) * 1_000_000
    while SystemTime.monotonicNanoseconds() < deadline {
      do {
        switch try consumer.poll(timeoutMilliseconds: 100, { $0.topic }) {
        case .record(topic): return .allowed
        case .end(let place, offset: _) where place.topic == topic: return .allowed
        default: continue
        }
      } catch  where error.code == .topicAuthorizationFailed {
        return .refused(error.code)
      } catch {
        continue
      }
    }
    return .unanswered
  }
}
