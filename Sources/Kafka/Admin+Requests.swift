import CRDKafka

extension Admin {
  /// Options of one request; ended with it.
  struct Options {
    let operation: rd_kafka_admin_op_t
    let timeoutMilliseconds: Int
    var validateOnly = false

    func make(_ client: OpaquePointer) -> OpaquePointer {
      let options = unsafe rd_kafka_AdminOptions_new(client, operation)!
      unsafe rd_kafka_AdminOptions_set_request_timeout(options, Int32(timeoutMilliseconds), nil, 0)
      if validateOnly { unsafe rd_kafka_AdminOptions_set_validate_only(options, 1, nil, 0) }
      return unsafe options
    }
  }

  /// Sends a request, waits for its answer and reads it.
  func request<Value>(
    _ options: Options, send: (OpaquePointer, _ options: OpaquePointer) -> Void, read: (OpaquePointer) -> Value
  ) throws(KafkaError) -> Value {
    let client = try unsafe opened()
    let cOptions = unsafe options.make(client)
    unsafe send(client, cOptions)
    unsafe rd_kafka_AdminOptions_destroy(cOptions)
    defer { serveListeners() }
    // The request's own time-out comes as an event, before this one.
    guard let event = unsafe rd_kafka_queue_poll(queue, Int32(options.timeoutMilliseconds) + 5_000) else {
      throw KafkaError(.timedOut)
    }
    defer { unsafe rd_kafka_event_destroy(event) }
    let code = unsafe rd_kafka_event_error(event)
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
      throw KafkaError(code, unsafe rd_kafka_event_error_string(event).map { unsafe String(cString: $0) })
    }
    return unsafe read(event)
  }

  static func results(_ list: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int) -> [TopicResult] {
    unsafe UnsafeBufferPointer(start: list, count: count).map { result in
      let code = unsafe rd_kafka_topic_result_error(result)
      let text = unsafe rd_kafka_topic_result_error_string(result).map { unsafe String(cString: $0) }
      return TopicResult(
        topic: unsafe String(cString: rd_kafka_topic_result_name(result)),
        error: code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(code, text))
    }
  }
}
