import CRDKafka

/// Builds librdkafka's configuration and makes a client of it.
enum ClientConfiguration {
  /// Common to every kind of client: broken connections are noticed, and tried again within two seconds.
  static let defaults = [
    "client.id": "bongsu", "socket.keepalive.enable": "true", "socket.nagle.disable": "true",
    "reconnect.backoff.ms": "100", "reconnect.backoff.max.ms": "2000",
    // Log lines come as events of the main queue instead of going to stderr from librdkafka's threads.
    "log.queue": "true",
  ]

  /// - Parameter prepare: sets what is not a property: events or callbacks.
  /// - Throws: `invalidArg` (stop) naming the property that is unknown, has a bad value or does not fit the others.
  static func client(
    _ type: rd_kafka_type_t, _ properties: [String: String], prepare: (OpaquePointer) -> Void
  ) throws(KafkaError) -> OpaquePointer {
    let configuration = unsafe rd_kafka_conf_new()!
    do {
      for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
        try unsafe set(name, value) { unsafe rd_kafka_conf_set(configuration, name, value, $0, $1) }
      }
    } catch {
      unsafe rd_kafka_conf_destroy(configuration)
      throw error
    }
    unsafe prepare(configuration)
    var client: OpaquePointer?
    let problem = unsafe text { unsafe client = rd_kafka_new(type, configuration, $0, $1) }
    guard let client = unsafe client else {
      unsafe rd_kafka_conf_destroy(configuration)
      throw KafkaError(.invalidArg, "the Kafka client cannot be made: \(problem)")
    }
    unsafe rd_kafka_set_log_queue(client, nil)
    return unsafe client
  }

  /// Sets one property by `apply`; its value is repeated in no error if it is a secret.
  static func set(
    _ name: String, _ value: String, _ apply: (UnsafeMutablePointer<CChar>?, Int) -> rd_kafka_conf_res_t
  ) throws(KafkaError) {
    var result = RD_KAFKA_CONF_OK
    let problem = unsafe text { result = unsafe apply($0, $1) }
    switch result {
    case RD_KAFKA_CONF_OK: return
    case RD_KAFKA_CONF_UNKNOWN:
      let version = unsafe String(cString: rd_kafka_version_str())
      throw KafkaError(.invalidArg, "Kafka property \(name) is unknown to librdkafka \(version)")
    default:
      let reason = KafkaSettings.isSecret(name) ? "its value cannot be used" : problem
      throw KafkaError(.invalidArg, "Kafka property \(name): \(reason)")
    }
  }

  /// What a call wrote into the buffer for its error message.
  static func text(_ call: (UnsafeMutablePointer<CChar>?, Int) -> Void) -> String {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
      unsafe buffer.initialize(repeating: 0)
      unsafe call(buffer.baseAddress, buffer.count)
      return unsafe String(cString: buffer.baseAddress!)
    }
  }
}
