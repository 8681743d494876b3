import CRDKafka
public import Runtime

/// What a poll found.
public enum Polled<Value> {
  case record(Value)
  /// Everything up to `offset` has been read (only with the property `enable.partition.eof`).
  case end(TopicPartition, offset: Int64)
  /// Nothing in time, or something for the listeners alone.
  case nothing
}

/// A consumer that stores and commits offsets only when told to. It belongs to one thread.
///
/// By itself it starts at the earliest record where the group has committed nothing.
@safe public final class Consumer {
  private(set) var handle: OpaquePointer?
  private let listeners = ConsumerListeners()
  private let wake: WakeSignal?

  static let defaults = ClientConfiguration.defaults.merging([
    "enable.auto.commit": "false", "enable.auto.offset.store": "false", "auto.offset.reset": "earliest",
  ]) { $1 }

  /// Connects in the background; that brokers cannot be reached is told to `onError`.
  /// - Parameters:
  ///   - group: may be nil for a consumer that only assigns and never commits.
  ///   - wake: signalled when something begins to wait for `poll`; then poll without waiting until it finds nothing.
  /// - Throws: `invalidArg` (stop) naming the property that cannot be used.
  public init(_ settings: KafkaSettings, group: String? = nil, wake: WakeSignal? = nil) throws(KafkaError) {
    self.wake = wake
    var properties = settings.over(Self.defaults)
    // librdkafka wants a group's name also where there is no group.
    properties["group.id"] = group ?? properties["group.id"] ?? "bongsu-without-group"
    let client = try unsafe ClientConfiguration.client(RD_KAFKA_CONSUMER, properties) { [listeners] in
      unsafe listeners.prepare($0)
    }
    unsafe rd_kafka_poll_set_consumer(client)
    unsafe handle = client
    if let wake {
      let queue = unsafe rd_kafka_queue_get_consumer(client)
      var one: UInt64 = 1
      unsafe rd_kafka_queue_io_event_enable(queue, wake.fileDescriptor, &one, MemoryLayout<UInt64>.size)
      unsafe rd_kafka_queue_destroy(queue)
      // Something may have come before.
      wake.signal()
    }
  }

  deinit { close() }

  /// Hears, during `poll` and `close`, of lost connections, refused log-ins and all brokers being down.
  public var onError: ((KafkaError) -> Void)? {
    get { listeners.hearing.onError }
    set { listeners.hearing.onError = newValue }
  }

  /// Hears librdkafka's log lines, during `poll` and `close`. They go nowhere else.
  public var onLog: ((KafkaLog) -> Void)? {
    get { listeners.hearing.onLog }
    set { listeners.hearing.onLog = newValue }
  }

  /// Hears, during `poll` and `close`, what this member of the group is given and loses.
  public var onRebalance: ((Rebalance) -> Void)? {
    get { listeners.onRebalance }
    set { listeners.onRebalance = newValue }
  }

  /// Joins the group for these topics, instead of others before.
  public func subscribe(_ topics: [String]) throws(KafkaError) {
    let list = PartitionList(topics.map { TopicPartition($0, -1) })
    try unsafe check(rd_kafka_subscribe(opened(), list.handle))
  }

  /// Reads exactly these partitions, without a group's assignment.
  public func assign(_ partitions: [TopicPartition: StartOffset]) throws(KafkaError) {
    let list = PartitionList(partitions.mapValues(\.c))
    try unsafe check(rd_kafka_assign(opened(), list.handle))
  }

  /// Serves the listeners and takes one record, if one comes in time.
  /// - Parameters:
  ///   - timeoutMilliseconds: 0 does not wait.
  ///   - body: may read the record; it is gone afterwards.
  /// - Throws: what went wrong with reading a partition, as `offsetOutOfRange` (reset policy `error`),
  ///   `topicAuthorizationFailed`, `unknownTopicOrPart`, `maxPollExceeded`.
  public func poll<Value>(
    timeoutMilliseconds: Int, _ body: (borrowing ConsumedRecord) -> Value
  ) throws(KafkaError) -> Polled<Value> {
    let client = try unsafe opened()
    guard let message = unsafe rd_kafka_consumer_poll(client, Int32(timeoutMilliseconds)) else { return .nothing }
    defer { unsafe rd_kafka_message_destroy(message) }
    switch unsafe message.pointee.err {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      let pointer = unsafe UnsafePointer(message)
      return .record(unsafe body(ConsumedRecord(pointer)))
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      let topic = unsafe String(cString: rd_kafka_topic_name(message.pointee.rkt))
      return unsafe .end(TopicPartition(topic, message.pointee.partition), offset: message.pointee.offset)
    case let code:
      throw KafkaError(code, unsafe rd_kafka_message_errstr(message).map { unsafe String(cString: $0) })
    }
  }

  /// Leaves the group and ends the client; `onRebalance` hears of the last revocation. Commit before.
  public func close() {
    guard let client = unsafe handle else { return }
    unsafe ClientEnd.leaveAndDestroy(client, listeners)
    unsafe handle = nil
  }

  func opened() throws(KafkaError) -> OpaquePointer {
    guard let handle = unsafe handle else { throw KafkaError(.destroy, "the consumer is closed") }
    return unsafe handle
  }

  func check(_ code: rd_kafka_resp_err_t) throws(KafkaError) {
    if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code) }
  }
}
