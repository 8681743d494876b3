public import Kafka
public import Relay

/// What a doctor looks at.
public struct DoctorTarget: Sendable {
  public var sources: [SourceSettings]
  public var kafka: KafkaSettings

  public init(sources: [SourceSettings], kafka: KafkaSettings) {
    self.sources = sources
    self.kafka = kafka
  }

  /// Every topic that rows or their pointers go to.
  var topics: [String] {
    Array(Set(sources.flatMap { $0.routes.values + [$0.topic, $0.parkedTopic] })).sorted()
  }
}
