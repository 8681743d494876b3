public import Kafka
public import Runtime

/// Reads what pointers stand for, where it lies. It belongs to one thread.
public final class PointedReader {
  private let kafka: KafkaSettings
  private let stop: StopRequest
  /// Made when the first pointer comes.
  private var origins: OriginReader?
  /// The partitions of topics that were asked for; none of a topic that is not there.
  private var topics: [String: Set<TopicPartition>] = [:]

  public init(_ kafka: KafkaSettings, stop: StopRequest = StopRequest()) { (self.kafka, self.stop) = (kafka, stop) }

  /// The last call.
  public func close() {
    origins?.close()
    origins = nil
  }

  /// Nil where the topic does not hold it any more, or is not there any more.
  public func record(at place: RecordPlace) throws(KafkaError) -> SourceRecord? {
    guard try partitions(of: place.partition.topic).contains(place.partition) else { return nil }
    let reader = if let origins { origins } else { try OriginReader(kafka, stop: stop) }
    origins = reader
    return try reader.read(place)
  }

  /// Whether there is such a topic.
  public func has(_ topic: String) throws(KafkaError) -> Bool { try !partitions(of: topic).isEmpty }

  /// Asked for once, as a consumer waits half a minute for a topic that is not there.
  private func partitions(of topic: String) throws(KafkaError) -> Set<TopicPartition> {
    if let known = topics[topic] { return known }
    let found = try Admin(kafka).describeTopics([topic], timeoutMilliseconds: 15_000).first
    switch found?.error {
    case nil, .unknownTopic, .unknownTopicOrPart, .topicException: break
    case let error?: throw KafkaError(error, "topic \(topic) cannot be read, to which a pointer leads")
    }
    let partitions = Set((found?.partitions ?? []).map { TopicPartition(topic, $0.id) })
    topics[topic] = partitions
    return partitions
  }
}
