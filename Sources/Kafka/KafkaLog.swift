import CRDKafka

/// A log line of librdkafka's own.
public struct KafkaLog: Sendable, Equatable {
  /// syslog's: 0 emergency … 3 error, 4 warning, 5 notice, 6 info, 7 debug.
  public let level: Int
  /// A short constant word, as `FAIL` or `CONFWARN`.
  public let facility: String
  public let text: String
}

/// Who hears what happens beside the calls: errors of connections and of the client, and log lines.
struct ClientListeners {
  var onError: ((KafkaError) -> Void)?
  var onLog: ((KafkaLog) -> Void)?

  /// Passes an error or log event on; other events are not its business.
  func hear(_ event: OpaquePointer, of client: OpaquePointer) {
    switch unsafe rd_kafka_event_type(event) {
    case RD_KAFKA_EVENT_ERROR: onError?(unsafe Self.error(event, client))
    case RD_KAFKA_EVENT_LOG: onLog.map { unsafe $0(Self.log(event)) }
    default: break
    }
  }

  private static func error(_ event: OpaquePointer, _ client: OpaquePointer) -> KafkaError {
    if unsafe rd_kafka_event_error_is_fatal(event) != 0, let fatal = unsafe KafkaError.fatal(of: client) {
      return fatal
    }
    return KafkaError(
      unsafe rd_kafka_event_error(event), unsafe rd_kafka_event_error_string(event).map { unsafe String(cString: $0) })
  }

  private static func log(_ event: OpaquePointer) -> KafkaLog {
    var facility: UnsafePointer<CChar>?
    var text: UnsafePointer<CChar>?
    var level: Int32 = 6
    unsafe rd_kafka_event_log(event, &facility, &text, &level)
    return KafkaLog(
      level: Int(level), facility: unsafe facility.map { unsafe String(cString: $0) } ?? "",
      text: unsafe text.map { unsafe String(cString: $0) } ?? "")
  }
}
