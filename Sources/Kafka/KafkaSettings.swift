import CRDKafka

/// How to reach Kafka: its addresses and any of librdkafka's properties by their own names.
public struct KafkaSettings: Sendable, CustomStringConvertible {
  /// `HOST:PORT`, several separated by commas.
  public var bootstrapServers: String
  public var properties: [String: String]

  public init(bootstrapServers: String, properties: [String: String] = [:]) {
    self.bootstrapServers = bootstrapServers
    self.properties = properties
  }

  /// The addresses and the names of the properties; values may be secrets.
  public var description: String {
    ([bootstrapServers] + properties.keys.sorted()).joined(separator: " ")
  }

  /// librdkafka's configuration: `defaults`, then the user's own. The caller owns it.
  func makeConfiguration(defaults: [String: String]) throws(KafkaError) -> OpaquePointer {
    let configuration = unsafe rd_kafka_conf_new()!
    let merged = defaults.merging(properties) { $1 }.merging(["bootstrap.servers": bootstrapServers]) { $1 }
    do {
      for (key, value) in merged.sorted(by: { $0.key < $1.key }) { try unsafe Self.set(configuration, key, value) }
    } catch {
      unsafe rd_kafka_conf_destroy(configuration)
      throw error
    }
    return unsafe configuration
  }

  private static func set(_ configuration: OpaquePointer, _ key: String, _ value: String) throws(KafkaError) {
    switch unsafe rd_kafka_conf_set(configuration, key, value, nil, 0) {
    case RD_KAFKA_CONF_OK: return
    case RD_KAFKA_CONF_UNKNOWN:
      throw KafkaError(.invalidArgument, "kafka.properties: librdkafka knows no property \(key)")
    default: throw KafkaError(.invalidArgument, "kafka.properties: the value of \(key) is not valid")
    }
  }
}
