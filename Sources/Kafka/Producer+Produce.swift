import CRDKafka

extension Producer {
  /// Copies a record into the topic's queue; its partition follows from the key.
  ///
  /// - Parameters:
  ///   - key: nil (any partition) and empty are kept apart.
  ///   - value: nil is a tombstone, which is kept apart from an empty value.
  ///   - headers: taken and empty afterwards; unchanged after an error.
  ///   - token: comes back in the record's delivery report.
  /// - Throws: the record was not accepted and no report will come. `queueFull`: drain and try again;
  ///   `msgSizeTooLarge`: over `message.max.bytes`; `unknownTopic`, `topicAuthorizationFailed`: as the last metadata
  ///   said; after a fatal error that error, with `isFatal`.
  public func produce(
    _ topic: ProducerTopic, key: RawSpan?, value: RawSpan?, headers: inout RecordHeaders, token: UInt
  ) throws(KafkaError) {
    guard let handle = unsafe handle, let topic = unsafe topic.handle else {
      throw KafkaError(.destroy, "the producer is closed")
    }
    let carried = unsafe headers.borrowed
    let code = unsafe withBytes(key) { keyBytes in
      unsafe withBytes(value) { valueBytes in
        unsafe crd_produce(
          handle, topic, key != nil, keyBytes.baseAddress, keyBytes.count, value != nil, valueBytes.baseAddress,
          valueBytes.count, carried, UnsafeMutableRawPointer(bitPattern: token))
      }
    }
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw unsafe refusal(code, handle) }
    unsafe headers.take()
  }

  private func refusal(_ code: rd_kafka_resp_err_t, _ handle: OpaquePointer) -> KafkaError {
    if code == RD_KAFKA_RESP_ERR__FATAL, let fatal = unsafe KafkaError.fatal(of: handle) { return fatal }
    return KafkaError(code)
  }
}

@inline(__always)
private func withBytes<Result>(_ span: RawSpan?, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
  guard let span else { return unsafe body(UnsafeRawBufferPointer(start: nil, count: 0)) }
  return unsafe span.withUnsafeBytes { unsafe body($0) }
}
