/// A topic to be made.
public struct NewTopic: Sendable, Equatable {
  public var name: String
  public var partitions: Int
  /// -1: as the broker's default says.
  public var replicationFactor: Int
  /// Topic settings by Kafka's names, as `retention.ms`.
  public var configuration: [String: String]

  public init(_ name: String, partitions: Int, replicationFactor: Int = -1, configuration: [String: String] = [:]) {
    self.name = name
    self.partitions = partitions
    self.replicationFactor = replicationFactor
    self.configuration = configuration
  }
}

/// What became of one topic of an administrative request.
public struct TopicResult: Sendable, Equatable {
  public let topic: String
  public let error: KafkaError?

  public init(topic: String, error: KafkaError?) {
    self.topic = topic
    self.error = error
  }
}

/// What settings belong to.
public enum ConfigurationOwner: Hashable, Sendable {
  case topic(String)
  case broker(Int32)
}

/// One setting of a topic or a broker.
public struct ConfigurationEntry: Sendable, Equatable {
  public enum Source: Sendable, Equatable {
    /// Set for this topic.
    case topic
    /// Set for brokers while they run, or in their file.
    case broker
    case `default`
    case unknown
  }

  public let name: String
  /// nil for a secret.
  public let value: String?
  public let source: Source
  public let isReadOnly: Bool
  public let isSensitive: Bool

  public init(
    name: String, value: String?, source: Source = .topic, isReadOnly: Bool = false, isSensitive: Bool = false
  ) {
    self.name = name
    self.value = value
    self.source = source
    self.isReadOnly = isReadOnly
    self.isSensitive = isSensitive
  }
}
