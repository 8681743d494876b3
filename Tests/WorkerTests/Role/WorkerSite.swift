import Foundation
import Kafka
import LocalServers
import NotificationModel
import Redis
import Telemetry
import TestSupport

@testable import Worker

/// A channel's topics of one test's own, on the run's shared servers, and workers on them.
struct WorkerSite {
  let broker: any LocalBroker
  let prefix: String
  let channel: DeliveryChannel
  let partitions: Int

  init(_ channel: DeliveryChannel = .sms, partitions: Int = 3) throws {
    broker = try SharedServers.broker
    prefix = uniqueName("w") + "."
    (self.channel, self.partitions) = (channel, partitions)
    for topic in [channel.topic, .status, .deadLetters] {
      try broker.makeTopic(name(topic), partitions: partitions, configuration: [:])
    }
  }

  func name(_ topic: NotificationTopic) -> String { prefix + topic.name.dropFirst("notification.".count) }

  /// Leases are short, as tests wait for them.
  func settings(_ change: (inout WorkerSettings) -> Void = { _ in }) throws -> WorkerSettings {
    var settings = WorkerSettings(
      kafka: broker.kafkaSettings, redis: try SharedServers.redis.redisSettings, channel: channel)
    (settings.topicPrefix, settings.redisPrefix, settings.group) = (prefix, prefix, prefix + "workers")
    settings.lease = .seconds(2)
    change(&settings)
    return settings
  }

  func worker(_ provider: SpyProvider, _ change: (inout WorkerSettings) -> Void = { _ in }) throws -> WorkerRole {
    let worker = WorkerRole(
      try settings(change), provider: provider, registry: MetricsRegistry(),
      logger: Logger(label: "test", level: .critical))
    worker.start()
    return worker
  }

  static func delivery(
    _ id: String = UUID().uuidString.lowercased(), to number: Int = 1, channel: DeliveryChannel = .sms
  ) -> Delivery {
    let now = UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
    return Delivery(
      id: id, eventID: "e-\(id)", eventTime: now, replay: 0, user: Int64(number), channel: channel,
      target: "\(number)", address: .phone("+8210\(10_000_000 + number)"), category: "service",
      content: MessageContent(sms: SMSContent(body: "Hi")), priority: .normal, notBefore: now, sendBefore: nil)
  }

  func produce(_ deliveries: [Delivery], headers extra: [String: String] = [:]) throws {
    try produce(
      deliveries.map { ("\($0.user ?? 0)", Array(try JSONEncoder().encode($0))) },
      headers: ["schema": Delivery.schema].merging(extra) { $1 })
  }

  func produce(_ records: [(key: String, value: [UInt8])], headers own: [String: String]) throws {
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

  func records(_ topic: NotificationTopic) throws -> [TopicReader.Record] {
    try TopicReader(broker.bootstrapServers, topic: name(topic)).records()
  }

  func statuses(_ state: DeliveryState) throws -> [DeliveryStatus] {
    try records(.status).map { try JSONDecoder().decode(DeliveryStatus.self, from: Data($0.value.utf8)) }
      .filter { $0.state == state }
  }

  /// How many of the channel's records the group has committed.
  func committed() throws -> Int64 {
    let consumer = try Consumer(broker.kafkaSettings, group: prefix + "workers")
    let places = (0..<Int32(partitions)).map { TopicPartition(name(channel.topic), $0) }
    return try consumer.committed(places, timeoutMilliseconds: 10_000).values.reduce(0) { $0 + max(0, $1) }
  }
}
