import CRDKafka
public import Runtime

/// An idempotent producer whose acknowledgements come in batches, when `drain` asks for them. It belongs to one thread;
/// a `WakeSignal` wakes that thread when there is something to drain.
///
/// By itself it waits for all in-sync replicas, never gives a record up for time, partitions as Java clients do
/// (murmur2) and sends without Nagle's delay; `KafkaSettings.properties` overrides each of these.
@safe public final class Producer {
  private(set) var handle: OpaquePointer?
  private(set) var queue: OpaquePointer?
  private var topics: [ProducerTopic] = []
  private let wake: WakeSignal?
  private var expediter: Expediter?
  var listeners = ClientListeners()

  static let defaults = ClientConfiguration.defaults.merging([
    "enable.idempotence": "true", "acks": "all", "message.timeout.ms": "0", "partitioner": "murmur2_random",
  ]) { $1 }

  /// Connects in the background; that brokers cannot be reached is told to `onError`, not here.
  /// - Parameter wake: signalled when acknowledgements, errors or log lines begin to wait for `drain`.
  /// - Throws: `invalidArg` (stop) naming the property that cannot be used.
  public init(_ settings: KafkaSettings, wake: WakeSignal? = nil) throws(KafkaError) {
    self.wake = wake
    let client = try unsafe ClientConfiguration.client(RD_KAFKA_PRODUCER, settings.over(Self.defaults)) {
      unsafe rd_kafka_conf_set_events($0, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG)
    }
    let main = unsafe rd_kafka_queue_get_main(client)
    unsafe handle = client
    unsafe queue = main
    if let wake {
      // librdkafka writes this when its queue ceases to be empty; an eventfd takes eight bytes, no less.
      var one: UInt64 = 1
      unsafe rd_kafka_queue_io_event_enable(main, wake.fileDescriptor, &one, MemoryLayout<UInt64>.size)
      // It may have ceased to be empty before.
      wake.signal()
    }
  }

  deinit { close() }

  /// Hears, during `drain` and `flush`, of lost connections, refused log-ins, all brokers being down and fatal errors.
  public var onError: ((KafkaError) -> Void)? {
    get { listeners.onError }
    set { listeners.onError = newValue }
  }

  /// Hears librdkafka's log lines, during `drain` and `flush`. They go nowhere else.
  public var onLog: ((KafkaLog) -> Void)? {
    get { listeners.onLog }
    set { listeners.onLog = newValue }
  }

  /// A topic to produce to; keep it, making one costs more than a record.
  /// - Parameter properties: topic properties over those of the client. They count at the first use of a name only.
  /// - Throws: `invalidArg` (stop) for a bad property or name. That a topic is missing shows later.
  public func topic(_ name: String, properties: [String: String] = [:]) throws(KafkaError) -> ProducerTopic {
    let handle = try unsafe opened()
    if let known = topics.first(where: { $0.name == name }) { return known }
    let configuration = unsafe rd_kafka_default_topic_conf_dup(handle)
    do {
      for (key, value) in properties.sorted(by: { $0.key < $1.key }) {
        try unsafe ClientConfiguration.set(key, value) {
          unsafe rd_kafka_topic_conf_set(configuration, key, value, $0, $1)
        }
      }
    } catch {
      unsafe rd_kafka_topic_conf_destroy(configuration)
      throw error
    }
    // This takes the configuration, also when it fails.
    guard let topic = unsafe rd_kafka_topic_new(handle, name, configuration) else {
      let reason = KafkaErrorCode(rd_kafka_last_error()).explanation
      throw KafkaError(.invalidArg, "topic \(name) cannot be used: \(reason)")
    }
    topics.append(unsafe ProducerTopic(name: name, handle: topic))
    return topics[topics.count - 1]
  }

  /// The error after which this producer accepts nothing more and must be replaced; nil while it works.
  public var fatalError: KafkaError? { unsafe handle.flatMap { unsafe KafkaError.fatal(of: $0) } }

  /// Records without a drained report, and events (errors, log lines) that have not been drained.
  public var waiting: Int { unsafe handle.map { unsafe Int(rd_kafka_outq_len($0)) } ?? 0 }

  /// Gives up everything that waits or is on its way; `drain` then reports each as `purgeQueue` or `purgeInflight`.
  /// What was on its way may still reach the topic: only for a producer that is abandoned.
  public func purge() {
    guard let handle = unsafe handle else { return }
    unsafe rd_kafka_purge(handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING)
  }

  /// Sends what waits without lingering any longer; returns at once. For a producer with a long `linger.ms`, when its
  /// source has run dry.
  public func expedite() {
    guard let client = unsafe handle else { return }
    if expediter == nil { expediter = unsafe Expediter(client) }
    expediter?.expedite()
  }

  /// Ends the client at once and for good; what has not been drained is never reported. Flush before, if it matters.
  public func close() {
    guard let client = unsafe handle else { return }
    expediter?.close()
    expediter = nil
    purge()
    unsafe rd_kafka_queue_io_event_enable(queue, -1, nil, 0)
    unsafe rd_kafka_queue_destroy(queue)
    for topic in topics { topic.destroy() }
    topics.removeAll()
    unsafe ClientEnd.destroy(client)
    unsafe handle = nil
    unsafe queue = nil
  }

  /// Makes it fail as after an error that the broker cannot forgive. For tests of what happens then.
  public func injectFatalError(_ code: KafkaErrorCode, reason: String) {
    guard let handle = unsafe handle else { return }
    unsafe crd_test_fatal_error(handle, code.c, reason)
  }

  func opened() throws(KafkaError) -> OpaquePointer {
    guard let handle = unsafe handle else { throw KafkaError(.destroy, "the producer is closed") }
    return unsafe handle
  }
}

/// A topic of one producer; ends with it.
@safe public final class ProducerTopic {
  public let name: String
  private(set) var handle: OpaquePointer?

  init(name: String, handle: OpaquePointer) {
    self.name = name
    unsafe self.handle = unsafe handle
  }

  func destroy() {
    if let topic = unsafe handle { unsafe rd_kafka_topic_destroy(topic) }
    unsafe handle = nil
  }
}
