import CRDKafka

/// The record that a report is about, in librdkafka's memory; it ends with the call it is handed to.
@safe public struct ReportedRecord: ~Copyable {
  private let message: UnsafePointer<rd_kafka_message_t>

  init(_ message: UnsafePointer<rd_kafka_message_t>) { unsafe self.message = message }

  public var topic: String { unsafe String(cString: rd_kafka_topic_name(message.pointee.rkt)) }

  /// The record's value; nil is a null value.
  public func withValue<R>(_ body: (RawSpan?) -> R) -> R {
    guard let payload = unsafe message.pointee.payload else { return body(nil) }
    let bytes = unsafe UnsafeRawBufferPointer(start: payload, count: message.pointee.len)
    return body(unsafe bytes.bytes)
  }

  /// The record's key; nil is a null key.
  public func withKey<R>(_ body: (RawSpan?) -> R) -> R {
    guard let key = unsafe message.pointee.key else { return body(nil) }
    let bytes = unsafe UnsafeRawBufferPointer(start: key, count: message.pointee.key_len)
    return body(unsafe bytes.bytes)
  }

  /// The last header of that name as text; nil when there is none, or it has no value.
  public func header(_ name: String) -> String? {
    var headers: OpaquePointer?
    guard unsafe rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
    var value: UnsafeRawPointer?
    var size = 0
    guard unsafe rd_kafka_header_get_last(headers, name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR,
      let value = unsafe value
    else { return nil }
    return unsafe String(decoding: UnsafeRawBufferPointer(start: value, count: size), as: UTF8.self)
  }
}
