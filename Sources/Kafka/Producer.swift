import CRDKafka
public import Runtime

/// A topic of one producer; it lives as long as that.
@safe public final class ProducerTopic {
  public let name: String
  let handle: OpaquePointer

  init(name: String, handle: OpaquePointer) {
    self.name = name
    unsafe self.handle = handle
  }

  deinit { unsafe rd_kafka_topic_destroy(handle) }
}

/// An idempotent producer. It belongs to one thread, which produces and drains the reports.
@safe public final class Producer {
  let handle: OpaquePointer
  let queue: OpaquePointer

  /// Late if it must be, never lost: no record times out, and order per partition is kept.
  public static let defaults = [
    "enable.idempotence": "true", "acks": "all", "message.timeout.ms": "0", "socket.nagle.disable": "true",
    "partitioner": "murmur2_random", "max.in.flight.requests.per.connection": "5", "linger.ms": "1",
    "retry.backoff.ms": "200", "reconnect.backoff.max.ms": "3000", "client.id": "bongsu",
    "socket.keepalive.enable": "true", "log.connection.close": "false",
  ]

  /// - Parameter wake: signalled by librdkafka's threads when reports wait; put its descriptor into `poll`.
  public init(_ settings: KafkaSettings, wake: WakeSignal? = nil) throws(KafkaError) {
    let configuration = try unsafe settings.makeConfiguration(defaults: Self.defaults)
    unsafe rd_kafka_conf_set_events(configuration, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR)
    unsafe rd_kafka_conf_set_log_cb(configuration) { _, _, _, _ in }
    var text = [CChar](repeating: 0, count: 512)
    guard let made = unsafe rd_kafka_new(RD_KAFKA_PRODUCER, configuration, &text, text.count) else {
      unsafe rd_kafka_conf_destroy(configuration)
      let reason = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw KafkaError(.invalidArgument, "the Kafka client refused its configuration: \(reason)")
    }
    unsafe handle = made
    unsafe queue = rd_kafka_queue_get_main(made)
    if let wake {
      // eventfd takes exactly eight bytes.
      var one: UInt64 = 1
      unsafe rd_kafka_queue_io_event_enable(queue, wake.fileDescriptor, &one, 8)
    }
  }

  deinit {
    unsafe rd_kafka_queue_io_event_enable(queue, -1, nil, 0)
    unsafe rd_kafka_queue_destroy(queue)
    unsafe rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
  }

  /// - Parameter properties: topic properties of librdkafka.
  public func topic(_ name: String, properties: [String: String] = [:]) throws(KafkaError) -> ProducerTopic {
    let configuration = unsafe rd_kafka_default_topic_conf_dup(handle)
    for (key, value) in properties where unsafe rd_kafka_topic_conf_set(configuration, key, value, nil, 0)
      != RD_KAFKA_CONF_OK
    {
      unsafe rd_kafka_topic_conf_destroy(configuration)
      throw KafkaError(.invalidArgument, "the topic property \(key) is not valid")
    }
    guard let made = unsafe rd_kafka_topic_new(handle, name, configuration) else {
      throw KafkaError(KafkaErrorCode(rd_kafka_last_error()), "no handle for topic \(name)")
    }
    return unsafe ProducerTopic(name: name, handle: made)
  }

  /// Queues one record; its bytes are copied. An error means that it was not taken: there will be no report, and
  /// `headers` are as they were. After a success they are empty.
  public func produce(
    _ topic: ProducerTopic, key: RawSpan?, value: RawSpan?, headers: inout RecordHeaders, token: UInt
  ) throws(KafkaError) {
    let taken = unsafe headers.native
    let code = unsafe Self.withBytes(key) { key, keyCount in
      unsafe Self.withBytes(value) { value, valueCount in
        unsafe bongsu_produce(
          handle, topic.handle, key, keyCount, value, valueCount, taken, UnsafeMutableRawPointer(bitPattern: token))
      }
    }
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw failure(code) }
    headers.didGiveAway()
  }

  /// Null stays null, and empty is a pointer to nothing.
  private static func withBytes<R>(_ span: RawSpan?, _ body: (UnsafeRawPointer?, Int) -> R) -> R {
    guard let span else { return body(nil, 0) }
    return unsafe span.withUnsafeBytes { bytes in
      unsafe body(bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1), bytes.count)
    }
  }

  private func failure(_ code: rd_kafka_resp_err_t) -> KafkaError {
    code == RD_KAFKA_RESP_ERR__FATAL ? fatalError ?? KafkaError(.fatal, isFatal: true) : KafkaError(KafkaErrorCode(code))
  }

  /// What ended the producer; nil while it works.
  public var fatalError: KafkaError? {
    var text = [CChar](repeating: 0, count: 512)
    let code = unsafe rd_kafka_fatal_error(handle, &text, text.count)
    guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
    return KafkaError(KafkaErrorCode(code), isFatal: true)
  }

  /// Records, reports and events that wait.
  public var waiting: Int { Int(unsafe rd_kafka_outq_len(handle)) }

  /// Makes the producer fail as after a protocol violation; for tests of the way back.
  public func failForTest() {
    unsafe rd_kafka_test_fatal_error(handle, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "asked for by a test")
  }

  /// Gives up what is queued and in flight: its outcome is unknown from here on.
  public func purge() { unsafe rd_kafka_purge(handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT) }
}
