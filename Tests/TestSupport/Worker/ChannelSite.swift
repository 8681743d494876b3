import Foundation
import Kafka
public import NotificationModel

/// A channel's topics of one test's own: deliveries go in, and what workers tell comes out.
public struct ChannelSite {
  public let broker: any LocalBroker
  public let prefix: String
  public let channel: DeliveryChannel
  public let partitions: Int

  /// - Parameter broker: nil is the run's shared one.
  public init(_ channel: DeliveryChannel, partitions: Int = 3, broker: (any LocalBroker)? = nil) throws {
    self.broker = try broker ?? SharedServers.broker
    prefix = uniqueName("w") + "."
    (self.channel, self.partitions) = (channel, partitions)
    for topic in [channel.topic, .status, .deadLetters] {
      try self.broker.makeTopic(name(topic), partitions: partitions, configuration: [:])
    }
  }

  public func name(_ topic: NotificationTopic) -> String { topic.name(prefix: prefix) }

  /// The workers' consumer group.
  public var group: String { prefix + "workers" }

  public func produce(_ deliveries: [Delivery], headers extra: [String: String] = [:]) throws {
    try produce(
      deliveries.map { ("\($0.user ?? 0)", Array(try JSONEncoder().encode($0))) },
      headers: ["schema": Delivery.schema].merging(extra) { $1 })
  }

  public func produce(_ records: [(key: String, value: [UInt8])], headers own: [String: String]) throws {
    let producer = try Producer(broker.kafkaSettings)
    let topic = try producer.topic(name(channel.topic))
    for record in records {
      var headers = RecordHeaders()
      for (name, value) in own.sorted(by: { $0.key < $1.key }) { headers.add(name, Array(value.utf8).span.bytes) }
      let key = Array(record.key.utf8)
      try producer.produce(topic, key: key.span.bytes, value: record.value.span.bytes, headers: &headers, token: 0)
    }
    guard producer.flush(timeoutMilliseconds: 30_000) else { throw NeverHappened(description: "records arrive") }
  }

  public func records(_ topic: NotificationTopic) throws -> [TopicReader.Record] {
    try TopicReader(broker.bootstrapServers, topic: name(topic)).records()
  }

  public func statuses(_ state: DeliveryState) throws -> [DeliveryStatus] {
    try records(.status).map { try JSONDecoder().decode(DeliveryStatus.self, from: Data($0.value.utf8)) }
      .filter { $0.state == state }
  }

  /// How many of the channel's records the group has committed.
  public func committed() throws -> Int64 {
    let consumer = try Consumer(broker.kafkaSettings, group: group)
    let places = (0..<Int32(partitions)).map { TopicPartition(name(channel.topic), $0) }
    return try consumer.committed(places, timeoutMilliseconds: 10_000).values.reduce(0) { $0 + max(0, $1) }
  }
}
