import CRDKafka

/// A topic as a broker describes it.
public struct TopicMetadata: Sendable, Equatable {
  public var name: String
  public var partitions: Int
  /// Replicas of the first partition.
  public var replicas: Int
  /// Why it cannot be used; nil when it can.
  public var error: KafkaErrorCode?
}

extension Producer {
  /// Asks for the topics' metadata and waits for it: the first record then need not wait for a timer.
  public func metadata(
    of topics: [ProducerTopic], timeoutMilliseconds: Int32
  ) throws(KafkaError) -> [TopicMetadata] {
    var found: [TopicMetadata] = []
    for topic in topics {
      var answer: UnsafePointer<rd_kafka_metadata>?
      let code = unsafe rd_kafka_metadata(handle, 0, topic.handle, &answer, timeoutMilliseconds)
      guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let answer = unsafe answer else {
        throw KafkaError(KafkaErrorCode(code), "Kafka gave no metadata of topic \(topic.name)")
      }
      defer { unsafe rd_kafka_metadata_destroy(answer) }
      for index in 0..<Int(unsafe answer.pointee.topic_cnt) {
        unsafe found.append(TopicMetadata(answer.pointee.topics[index]))
      }
    }
    return found
  }
}

extension TopicMetadata {
  init(_ topic: rd_kafka_metadata_topic) {
    let code = unsafe topic.err
    self.init(
      name: unsafe String(cString: topic.topic), partitions: Int(unsafe topic.partition_cnt),
      replicas: unsafe topic.partition_cnt > 0 ? Int(topic.partitions[0].replica_cnt) : 0,
      error: code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaErrorCode(code))
  }
}
