public import Foundation
import Kafka
public import LocalServers
public import NotificationModel
import Postgres

/// A notification database and topics of one test's own, on the run's shared servers.
public struct RouterSite: Sendable {
  public let database: TestDatabase
  public let broker: any LocalBroker
  /// Before every topic's name.
  public let prefix: String
  public var group: String
  public let partitions: Int

  public init(
    partitions: Int = 3, broker: (any LocalBroker)? = nil, postgres: PostgresServer? = nil, makesTopics: Bool = true
  ) throws {
    database = try (postgres ?? SharedServers.postgres).newDatabase()
    self.broker = try broker ?? SharedServers.broker
    prefix = uniqueName("r") + "."
    group = uniqueName("g")
    self.partitions = partitions
    try database.migrateNotification()
    if makesTopics { try makeTopics() }
  }

  public static let topics: [NotificationTopic] =
    [.events, .status, .deadLetters, .parked] + DeliveryChannel.allCases.map(\.topic)

  public func makeTopics(_ topics: [NotificationTopic] = topics) throws {
    for topic in topics {
      let limit = topic == .events ? "20000000" : topic == .deadLetters ? "3000000" : "1048588"
      try broker.makeTopic(name(topic), partitions: partitions, configuration: ["max.message.bytes": limit])
    }
  }

  public func name(_ topic: NotificationTopic) -> String { topic.name(prefix: prefix) }

  /// What `bongsu router` is told to work on them.
  public func arguments(redis: String) -> [String] {
    [
      "router", "--dsn", database.conninfo, "--redis", redis, "--bootstrap-servers", broker.bootstrapServers,
      "--group", group, "--set", "router.topicPrefix=\(prefix)", "--set", "router.redisPrefix=\(prefix)", "--listen",
      "127.0.0.1:0",
    ]
  }

  /// Starts a router on them.
  public func startRouter(redis: String, _ flags: [String] = []) throws -> DaemonProcess {
    try DaemonProcess(arguments(redis: redis) + flags)
  }

  /// How many events the group has committed.
  public func committed() throws -> Int64 {
    let consumer = try Consumer(broker.kafkaSettings, group: group)
    let places = (0..<Int32(partitions)).map { TopicPartition(name(.events), $0) }
    return try consumer.committed(places, timeoutMilliseconds: 10_000).values.reduce(0, +)
  }

  /// Produces an event as a relay does; its id.
  @discardableResult
  public func produce(
    _ payload: String, id: String = UUID().uuidString.lowercased(), key: String = "1", headers: [String: String] = [:]
  ) throws -> String {
    try EventWriter(self).write([EventWriter.Event(id: id, key: key, payload: payload, headers: headers)])
    return id
  }

  public func records(_ topic: NotificationTopic) throws -> [TopicReader.Record] {
    try TopicReader(broker.bootstrapServers, topic: name(topic)).records()
  }

  public func deliveries(_ channel: DeliveryChannel) throws -> [Delivery] {
    try records(channel.topic).map { try JSONDecoder().decode(Delivery.self, from: Data($0.value.utf8)) }
  }

  public func statuses() throws -> [DeliveryStatus] {
    try values(DeliveryStatus.schema).map { try JSONDecoder().decode(DeliveryStatus.self, from: $0) }
  }

  public func routed() throws -> [RoutedStatus] {
    try values(RoutedStatus.schema).map { try JSONDecoder().decode(RoutedStatus.self, from: $0) }
  }

  private func values(_ schema: String) throws -> [Data] {
    try records(.status).filter { $0.header("schema") == schema }.map { Data($0.value.utf8) }
  }
}

/// Writes events into a site's topic and waits until the broker has them.
public struct EventWriter {
  private let producer: Producer
  private let topic: ProducerTopic

  public struct Event {
    public var id: String
    public var key: String
    public var payload: String
    public var headers: [String: String]

    public init(id: String, key: String, payload: String, headers: [String: String] = [:]) {
      (self.id, self.key, self.payload, self.headers) = (id, key, payload, headers)
    }
  }

  public init(_ site: RouterSite) throws {
    var settings = site.broker.kafkaSettings
    settings.properties["message.max.bytes"] = "30000000"
    producer = try Producer(settings)
    topic = try producer.topic(site.name(.events))
  }

  public func write(_ events: [Event]) throws {
    for event in events {
      var headers = RecordHeaders()
      let own = ["id": event.id, "type": "notification.requested", "aggregatetype": "user"].merging(event.headers) {
        $1
      }
      for (name, value) in own.sorted(by: { $0.key < $1.key }) { headers.add(name, Array(value.utf8).span.bytes) }
      let (key, value) = (Array(event.key.utf8), Array(event.payload.utf8))
      try producer.produce(topic, key: key.span.bytes, value: value.span.bytes, headers: &headers, token: 0)
    }
    guard producer.flush(timeoutMilliseconds: 60_000) else {
      throw NeverHappened(description: "the events reach their topic")
    }
  }
}
