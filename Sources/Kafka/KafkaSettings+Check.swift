import CRDKafka

extension KafkaSettings {
  /// The properties that librdkafka does not know, or whose values it refuses, with its reasons; no value of a secret is
  /// repeated. How properties go together shows only when a client is made.
  public var problems: [String: String] {
    let configuration = unsafe rd_kafka_conf_new()!
    defer { unsafe rd_kafka_conf_destroy(configuration) }
    var found: [String: String] = [:]
    for (name, value) in properties {
      do {
        try unsafe ClientConfiguration.set(name, value) { unsafe rd_kafka_conf_set(configuration, name, value, $0, $1) }
      } catch {
        let reason = error.message.trimmingPrefix("Kafka property \(name)").drop { $0 == ":" || $0 == " " }
        found[name] = String(reason)
      }
    }
    return found
  }
}
