import CRDKafka

/// What an operator does: topics, partitions, settings, metadata. Every call blocks until the answer or its time-out.
@safe public final class Admin {
  private(set) var handle: OpaquePointer?
  let queue: OpaquePointer
  private let main: OpaquePointer
  var listeners = ClientListeners()

  /// - Throws: `invalidArg` (stop) naming the property that cannot be used.
  public init(_ settings: KafkaSettings) throws(KafkaError) {
    // A consumer, since asking for a producer's topic may create it.
    let client = try unsafe ClientConfiguration.client(
      RD_KAFKA_CONSUMER, settings.over(ClientConfiguration.defaults)
    ) { unsafe rd_kafka_conf_set_events($0, RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG) }
    unsafe handle = client
    unsafe main = rd_kafka_queue_get_main(client)
    unsafe queue = rd_kafka_queue_new(client)
  }

  deinit { close() }

  /// Hears of lost connections and refused log-ins, during calls: they are why a call timed out.
  public var onError: ((KafkaError) -> Void)? {
    get { listeners.onError }
    set { listeners.onError = newValue }
  }

  /// Hears librdkafka's log lines, during calls. They go nowhere else.
  public var onLog: ((KafkaLog) -> Void)? {
    get { listeners.onLog }
    set { listeners.onLog = newValue }
  }

  /// Makes requests; where nobody answered them, it throws what was heard meanwhile, as of a refused log-in or a certificate
  /// that nobody trusts, rather than the silence that followed. `onError` is its own meanwhile.
  public func explained<Value>(_ requests: (Admin) throws(KafkaError) -> Value) throws(KafkaError) -> Value {
    var heard: KafkaError?
    let listener = onError
    defer { onError = listener }
    onError = { if heard == nil || $0.code != .allBrokersDown { heard = $0 } }
    do {
      return try requests(self)
    } catch {
      throw [.timedOut, .transport, .allBrokersDown].contains(error.code) ? heard ?? error : error
    }
  }

  /// Brokers and all topics that may be seen.
  public func metadata(timeoutMilliseconds: Int) throws(KafkaError) -> ClusterMetadata {
    defer { serveListeners() }
    return try unsafe ClusterMetadata.query(opened(), topic: nil, timeoutMilliseconds: timeoutMilliseconds)
  }

  /// In the order of the names; a missing or forbidden topic has `error` set. Never makes a topic.
  public func describeTopics(_ names: [String], timeoutMilliseconds: Int) throws(KafkaError) -> [TopicMetadata] {
    defer { serveListeners() }
    var result: [TopicMetadata] = []
    for name in names {
      guard let topic = try unsafe rd_kafka_topic_new(opened(), name, nil) else {
        throw KafkaError(rd_kafka_last_error(), "topic \(name) cannot be asked for")
      }
      defer { unsafe rd_kafka_topic_destroy(topic) }
      result +=
        try unsafe ClusterMetadata.query(opened(), topic: topic, timeoutMilliseconds: timeoutMilliseconds).topics
    }
    return result
  }

  /// nil when no broker told it in time.
  public func clusterID(timeoutMilliseconds: Int) throws(KafkaError) -> String? {
    defer { serveListeners() }
    let client = try unsafe opened()
    guard let text = unsafe rd_kafka_clusterid(client, Int32(timeoutMilliseconds)) else { return nil }
    defer { unsafe rd_kafka_mem_free(client, text) }
    return unsafe String(cString: text)
  }

  /// The broker that is the controller; nil when no broker told it in time.
  public func controllerID(timeoutMilliseconds: Int) throws(KafkaError) -> Int32? {
    defer { serveListeners() }
    let id = try unsafe rd_kafka_controllerid(opened(), Int32(timeoutMilliseconds))
    return id < 0 ? nil : id
  }

  public func close() {
    guard let client = unsafe handle else { return }
    unsafe rd_kafka_queue_destroy(queue)
    unsafe rd_kafka_queue_destroy(main)
    unsafe ClientEnd.destroy(client)
    unsafe handle = nil
  }

  func opened() throws(KafkaError) -> OpaquePointer {
    guard let handle = unsafe handle else { throw KafkaError(.destroy, "the client is closed") }
    return unsafe handle
  }

  func serveListeners() {
    guard let client = unsafe handle else { return }
    while let event = unsafe rd_kafka_queue_poll(main, 0) {
      unsafe listeners.hear(event, of: client)
      unsafe rd_kafka_event_destroy(event)
    }
  }
}
