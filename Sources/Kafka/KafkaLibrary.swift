import CRDKafka

/// librdkafka itself.
public enum KafkaLibrary {
  /// As `2.0.2`.
  public static var version: String { unsafe String(cString: rd_kafka_version_str()) }
}
