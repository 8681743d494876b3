public import Configuration
public import Kafka

extension KafkaSettings {
  /// Reads the section `kafka`:
  /// - `bootstrapServers` (text, needed): comma-separated `host:port`.
  /// - `properties` (names and texts): librdkafka's properties by their own names. Those that are secret, such as
  ///   `sasl.password`, are masked, and `<name>File` may name a file with the value.
  ///
  /// A property that librdkafka does not know is a problem at its own line. Nil when the servers are missing.
  public init?(root: ConfigurationReader) {
    let kafka = root.section("kafka")
    let servers = kafka.string("bootstrapServers")
    let properties = kafka.map("properties", isSecret: KafkaSettings.isSecret)
    if servers == nil { kafka.reportMissing("bootstrapServers", flag: "--bootstrap-servers") }
    self.init(bootstrapServers: servers ?? "", properties: properties)
    for (name, problem) in problems { kafka.report(.badValue, "properties.\(name)", problem) }
    if servers == nil { return nil }
  }
}
