import CRDKafka

/// What became of one record.
public struct DeliveryReport: Sendable, Equatable {
  /// As given to `produce`.
  public let token: UInt
  /// nil: written by as many replicas as `acks` says.
  public let error: KafkaErrorCode?
  public let partition: Int32
  /// nil after an error, and for a record that the broker recognised as one it already has.
  public let offset: Int64?
  /// From `produce` to the acknowledgement.
  public let latencyMicroseconds: Int64

  /// The error with its disposition.
  public var failure: KafkaError? { error.map { KafkaError($0) } }
}

extension Producer {
  /// Takes everything that waits, without waiting itself: reports go to `body`, in order within a partition, errors and
  /// log lines to `onError` and `onLog`. The wake signal comes only when the queue ceases to be empty, so clear it
  /// before.
  /// - Returns: how many reports there were.
  @discardableResult
  public func drain(_ body: (DeliveryReport) -> Void) -> Int { drainRecords { report, _ in body(report) } }

  /// As `drain`, with each report's record, for those who have to act on a refused one.
  @discardableResult
  public func drainRecords(_ body: (DeliveryReport, borrowing ReportedRecord) -> Void) -> Int {
    var reports = 0
    while let count = serve(timeoutMilliseconds: 0, body) { reports += count }
    return reports
  }

  /// Drains until nothing is on its way any more.
  /// - Returns: false when `timeoutMilliseconds` ran out first.
  @discardableResult
  public func flush(timeoutMilliseconds: Int, _ body: (DeliveryReport) -> Void = { _ in }) -> Bool {
    let deadline = ContinuousClock.now + .milliseconds(timeoutMilliseconds)
    while waiting > 0 {
      let left = (deadline - .now) / .milliseconds(1)
      // Requests that carry no record count as waiting too and end without an event: look again now and then.
      let served = serve(timeoutMilliseconds: Int32(max(0, min(left, 50)))) { report, _ in body(report) }
      guard served == nil, left <= 0 else { continue }
      return waiting == 0
    }
    return true
  }

  /// Serves one event; nil when there was none in time.
  private func serve(
    timeoutMilliseconds: Int32, _ body: (DeliveryReport, borrowing ReportedRecord) -> Void
  ) -> Int? {
    guard let handle = unsafe handle, let event = unsafe rd_kafka_queue_poll(queue, timeoutMilliseconds) else {
      return nil
    }
    defer { unsafe rd_kafka_event_destroy(event) }
    guard unsafe rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR else {
      unsafe listeners.hear(event, of: handle)
      return 0
    }
    var count = 0
    while let message = unsafe rd_kafka_event_message_next(event) {
      body(unsafe DeliveryReport(message), unsafe ReportedRecord(message))
      count += 1
    }
    return count
  }
}

extension DeliveryReport {
  init(_ message: UnsafePointer<rd_kafka_message_t>) {
    token = unsafe UInt(bitPattern: message.pointee._private)
    let code = unsafe message.pointee.err
    error = code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaErrorCode(code)
    partition = unsafe message.pointee.partition
    offset = unsafe message.pointee.offset >= 0 && error == nil ? message.pointee.offset : nil
    latencyMicroseconds = unsafe rd_kafka_message_latency(message)
  }
}
