import CRDKafka

/// What a broker says of a topic.
public struct TopicMetadata: Sendable, Equatable {
  public struct Partition: Sendable, Equatable {
    public let id: Int32
    /// nil when it has none at the moment.
    public let leader: Int32?
    public let replicas: [Int32]
    public let inSyncReplicas: [Int32]

    public init(id: Int32, leader: Int32?, replicas: [Int32] = [], inSyncReplicas: [Int32] = []) {
      self.id = id
      self.leader = leader
      self.replicas = replicas
      self.inSyncReplicas = inSyncReplicas
    }
  }

  public let name: String
  public let partitions: [Partition]
  /// `unknownTopicOrPart` for a missing topic, `topicAuthorizationFailed` for one that may not be described.
  public let error: KafkaErrorCode?

  public init(name: String, partitions: [Partition], error: KafkaErrorCode? = nil) {
    self.name = name
    self.partitions = partitions
    self.error = error
  }
}

/// What a broker says of its cluster.
public struct ClusterMetadata: Sendable, Equatable {
  public struct Broker: Sendable, Equatable {
    public let id: Int32
    public let host: String
    public let port: Int
  }

  public let brokers: [Broker]
  public let topics: [TopicMetadata]
}

extension ClusterMetadata {
  /// Asks any broker, for one topic, or for all that may be seen when `topic` is nil.
  static func query(
    _ client: OpaquePointer, topic: OpaquePointer?, timeoutMilliseconds: Int
  ) throws(KafkaError) -> ClusterMetadata {
    var result: UnsafePointer<rd_kafka_metadata>?
    let code = unsafe rd_kafka_metadata(client, topic == nil ? 1 : 0, topic, &result, Int32(timeoutMilliseconds))
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata = unsafe result else { throw KafkaError(code) }
    defer { unsafe rd_kafka_metadata_destroy(metadata) }
    return unsafe ClusterMetadata(metadata.pointee)
  }

  private init(_ c: rd_kafka_metadata) {
    brokers = unsafe UnsafeBufferPointer(start: c.brokers, count: Int(c.broker_cnt)).map {
      unsafe Broker(id: $0.id, host: String(cString: $0.host), port: Int($0.port))
    }
    topics = unsafe UnsafeBufferPointer(start: c.topics, count: Int(c.topic_cnt)).map { unsafe TopicMetadata($0) }
  }
}

extension TopicMetadata {
  fileprivate init(_ c: rd_kafka_metadata_topic) {
    name = unsafe String(cString: c.topic)
    error = unsafe c.err == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaErrorCode(c.err)
    partitions = unsafe UnsafeBufferPointer(start: c.partitions, count: Int(c.partition_cnt)).map {
      unsafe Partition(
        id: $0.id, leader: $0.leader < 0 ? nil : $0.leader,
        replicas: Array(UnsafeBufferPointer(start: $0.replicas, count: Int($0.replica_cnt))),
        inSyncReplicas: Array(UnsafeBufferPointer(start: $0.isrs, count: Int($0.isr_cnt))))
    }
  }
}

extension Producer {
  /// Fetches the topics' metadata, so that the first record does not wait for it. Blocks.
  /// - Parameter timeoutMilliseconds: for all of them together.
  /// - Returns: in the order given; a missing or forbidden topic has `error` set.
  /// - Throws: `transport` or `timedOut` when no broker answered.
  @discardableResult
  public func warm(topics names: [String], timeoutMilliseconds: Int) throws(KafkaError) -> [TopicMetadata] {
    let deadline = ContinuousClock.now + .milliseconds(timeoutMilliseconds)
    var result: [TopicMetadata] = []
    for name in names {
      let left = max(1, Int((deadline - .now) / .milliseconds(1)))
      let topic = try topic(name)
      result += try unsafe ClusterMetadata.query(opened(), topic: topic.handle, timeoutMilliseconds: left).topics
    }
    return result
  }
}
