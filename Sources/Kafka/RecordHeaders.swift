import CRDKafka

/// The headers of one record to be. Producing takes them, so that the next record begins with none.
@safe public struct RecordHeaders: ~Copyable {
  private var handle: OpaquePointer?

  public init() { unsafe handle = nil }

  deinit { if let handle = unsafe handle { unsafe rd_kafka_headers_destroy(handle) } }

  /// Appends a header; `value` nil is a header without a value. Bytes are copied.
  public mutating func add(_ name: RawSpan, _ value: RawSpan?) {
    let headers = unsafe made()
    unsafe name.withUnsafeBytes { name in
      guard let value else {
        unsafe rd_kafka_header_add(headers, name.baseAddress, name.count, nil, 0)
        return
      }
      unsafe value.withUnsafeBytes { value in
        // librdkafka takes a null pointer for a null value, and an empty span's pointer may be null.
        let bytes = unsafe value.baseAddress ?? name.baseAddress
        unsafe rd_kafka_header_add(headers, name.baseAddress, name.count, bytes, value.count)
      }
    }
  }

  public mutating func add(_ name: StaticString, _ value: RawSpan?) {
    let bytes = unsafe UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    add(unsafe bytes.bytes, value)
  }

  /// Forgets what was added.
  public mutating func removeAll() {
    if let handle = unsafe handle { unsafe rd_kafka_headers_destroy(handle) }
    unsafe handle = nil
  }

  private mutating func made() -> OpaquePointer {
    if let handle = unsafe handle { return unsafe handle }
    let new = unsafe rd_kafka_headers_new(8)!
    unsafe handle = new
    return unsafe new
  }

  /// For librdkafka; after a success they are its own: call `didGiveAway`.
  var native: OpaquePointer? { unsafe handle }
  mutating func didGiveAway() { unsafe handle = nil }
}
