import CRDKafka

/// The headers of one record under construction, in librdkafka's own memory: names and values are copied as they come,
/// and a record that was accepted takes them along without another copy.
@safe public struct RecordHeaders: ~Copyable {
  private var handle: OpaquePointer?

  public init() {}

  deinit { if let handle = unsafe handle { unsafe rd_kafka_headers_destroy(handle) } }

  public var count: Int { unsafe handle.map { unsafe rd_kafka_header_cnt($0) } ?? 0 }

  /// - Parameter value: nil is a null value, which is another thing than an empty one. A name may come several times.
  public mutating func add(_ name: RawSpan, _ value: RawSpan?) {
    unsafe name.withUnsafeBytes { unsafe add($0, value) }
  }

  public mutating func add(_ name: borrowing Span<UInt8>, _ value: RawSpan?) { unsafe add(name.bytes, value) }

  public mutating func add(_ name: StaticString, _ value: RawSpan?) {
    unsafe add(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), value)
  }

  public mutating func add(_ name: String, _ value: RawSpan?) { unsafe add(name.utf8Span.span.bytes, value) }

  /// Forgets all of them.
  public mutating func removeAll() {
    if let handle = unsafe take() { unsafe rd_kafka_headers_destroy(handle) }
  }

  var borrowed: OpaquePointer? { unsafe handle }

  /// Hands them over; empty from here on.
  @discardableResult
  mutating func take() -> OpaquePointer? {
    defer { unsafe handle = nil }
    return unsafe handle
  }

  private mutating func add(_ name: UnsafeRawBufferPointer, _ value: RawSpan?) {
    if unsafe handle == nil { unsafe handle = rd_kafka_headers_new(8) }
    // A length of zero is never read through; the pointer only says that the value is there.
    let empty = unsafe UnsafeRawPointer(bitPattern: 1)
    let chars = unsafe (name.baseAddress ?? empty)?.assumingMemoryBound(to: CChar.self)
    guard let value else {
      unsafe rd_kafka_header_add(handle, chars, name.count, nil, 0)
      return
    }
    unsafe value.withUnsafeBytes { bytes in
      _ = unsafe rd_kafka_header_add(handle, chars, name.count, bytes.baseAddress ?? empty, bytes.count)
    }
  }
}
