import CRDKafka

extension Producer {
  /// Hands out every report that waits, without waiting for more.
  /// - Parameters:
  ///   - onError: what the client as a whole meets: brokers out of reach, refused credentials.
  ///   - body: one record's report.
  /// - Returns: the number of reports.
  @discardableResult
  public func drain(onError: (KafkaError) -> Void = { _ in }, _ body: (borrowing DeliveryReport) -> Void) -> Int {
    var count = 0
    while let event = unsafe rd_kafka_queue_poll(queue, 0) {
      defer { unsafe rd_kafka_event_destroy(event) }
      switch unsafe rd_kafka_event_type(event) {
      case RD_KAFKA_EVENT_DR:
        while let message = unsafe rd_kafka_event_message_next(event) {
          body(unsafe DeliveryReport(message))
          count += 1
        }
      case RD_KAFKA_EVENT_ERROR: onError(unsafe error(of: event))
      default: break
      }
    }
    return count
  }

  private func error(of event: OpaquePointer) -> KafkaError {
    let code = KafkaErrorCode(unsafe rd_kafka_event_error(event))
    let text = unsafe rd_kafka_event_error_string(event).map { unsafe String(cString: $0) }
    return code == .fatal ? fatalError ?? KafkaError(code, text, isFatal: true) : KafkaError(code, text)
  }
}
