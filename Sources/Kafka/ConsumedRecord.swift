import CRDKafka

/// A record as it lies in librdkafka's memory; its parts can be read inside the closure that is given it.
@safe public struct ConsumedRecord: ~Copyable, ~Escapable {
  private let message: UnsafePointer<rd_kafka_message_t>

  @_lifetime(borrow message)
  init(_ message: borrowing UnsafePointer<rd_kafka_message_t>) { unsafe self.message = unsafe copy message }

  public var topic: String { unsafe String(cString: rd_kafka_topic_name(message.pointee.rkt)) }
  public var partition: Int32 { unsafe message.pointee.partition }
  public var offset: Int64 { unsafe message.pointee.offset }

  /// Milliseconds since 1970, by the producer's clock or, where the topic says LogAppendTime, the broker's; nil when
  /// the record has none.
  public var timestamp: Int64? {
    var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
    let time = unsafe rd_kafka_message_timestamp(message, &kind)
    return kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? nil : time
  }

  /// nil and empty are kept apart.
  public var key: RawSpan? {
    @_lifetime(borrow self)
    get {
      guard let start = unsafe message.pointee.key else { return nil }
      return unsafe _overrideLifetime(RawSpan(_unsafeStart: start, byteCount: message.pointee.key_len), borrowing: self)
    }
  }

  /// nil is a tombstone.
  public var value: RawSpan? {
    @_lifetime(borrow self)
    get {
      guard let start = unsafe message.pointee.payload else { return nil }
      return unsafe _overrideLifetime(RawSpan(_unsafeStart: start, byteCount: message.pointee.len), borrowing: self)
    }
  }

  /// Copies of key and value, for those that keep them.
  public var keyBytes: [UInt8]? { Self.copy(key) }
  public var valueBytes: [UInt8]? { Self.copy(value) }

  /// Names and values in their order; a value of nil is a null one.
  public func forEachHeader(_ body: (_ name: String, _ value: RawSpan?) -> Void) {
    var headers: OpaquePointer?
    guard unsafe rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR else { return }
    var name: UnsafePointer<CChar>?
    var start: UnsafeRawPointer?
    var size = 0
    var index = 0
    while unsafe rd_kafka_header_get_all(headers, index, &name, &start, &size) == RD_KAFKA_RESP_ERR_NO_ERROR {
      let text = unsafe name.map { unsafe String(cString: $0) } ?? ""
      if let bytes = unsafe start {
        unsafe body(text, RawSpan(_unsafeStart: bytes, byteCount: size))
      } else {
        body(text, nil)
      }
      index += 1
    }
  }

  /// The last header of the name as text; nil when there is none or it is null.
  public func header(_ name: String) -> String? {
    var result: String?
    forEachHeader { found, value in
      guard found == name else { return }
      result = Self.copy(value).map { String(decoding: $0, as: UTF8.self) }
    }
    return result
  }

  /// Copies of all headers, for those that keep them.
  public var headerBytes: [(name: String, value: [UInt8]?)] {
    var headers: [(name: String, value: [UInt8]?)] = []
    forEachHeader { headers.append(($0, Self.copy($1))) }
    return headers
  }

  /// A copy of what a span covers.
  private static func copy(_ span: RawSpan?) -> [UInt8]? {
    guard let span else { return nil }
    return unsafe span.withUnsafeBytes { unsafe Array($0) }
  }
}
