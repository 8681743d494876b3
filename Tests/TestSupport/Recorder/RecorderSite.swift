import Foundation
public import Kafka
public import LocalServers
public import NotificationModel
import Postgres

/// A notification database and the recorder's topics, of one test's own.
public struct RecorderSite: Sendable {
  public let router: RouterSite
  public let group: String

  public init(partitions: Int = 3, broker: (any LocalBroker)? = nil, postgres: PostgresServer? = nil) throws {
    router = try RouterSite(partitions: partitions, broker: broker, postgres: postgres)
    group = uniqueName("g")
    try router.makeTopics([.alerts])
  }

  public var database: TestDatabase { router.database }

  /// What `bongsu recorder` is told to work on them.
  public var arguments: [String] {
    [
      "recorder", "--dsn", database.conninfo, "--bootstrap-servers", router.broker.bootstrapServers, "--group", group,
      "--set", "recorder.topicPrefix=\(router.prefix)", "--set", "sweeper.topicPrefix=\(router.prefix)", "--set",
      "recorder.batch.linger=20ms", "--listen",
      "127.0.0.1:0",
    ]
  }

  public func startRecorder(_ flags: [String] = []) throws -> DaemonProcess { try DaemonProcess(arguments + flags) }

  /// How many records of a topic the group has committed.
  public func committed(_ topic: NotificationTopic) throws -> Int64 {
    let consumer = try Consumer(router.broker.kafkaSettings, group: group)
    let places = (0..<Int32(router.partitions)).map { TopicPartition(router.name(topic), $0) }
    return try consumer.committed(places, timeoutMilliseconds: 10_000).values.reduce(0, +)
  }

  public func count(_ sql: String) throws -> Int {
    try database.scalar("SELECT count(*) FROM \(sql)").flatMap { Int($0) } ?? 0
  }
}

/// Writes records into topics of a site and waits until the broker has them.
public struct RecordWriter {
  private let producer: Producer

  public init(_ broker: any LocalBroker) throws {
    var settings = broker.kafkaSettings
    settings.properties["linger.ms"] = "20"
    producer = try Producer(settings)
  }

  public func write(_ records: [RecordContent], to name: String) throws {
    let topic = try producer.topic(name)
    for record in records {
      while try !producer.offer(record, to: topic, token: 0) { producer.flush(timeoutMilliseconds: 100) }
    }
    guard producer.flush(timeoutMilliseconds: 120_000) else {
      throw NeverHappened(description: "the records reach their topic")
    }
  }
}

extension RecordContent {
  public static func status(_ status: DeliveryStatus) -> RecordContent {
    var writer = JSONWriter()
    status.write(to: &writer)
    return RecordContent(
      key: Array(status.deliveryID.utf8), value: writer.bytes,
      headers: [SourceRecord.Header("schema", DeliveryStatus.schema)])
  }

  public static func routed(_ status: RoutedStatus) -> RecordContent {
    var writer = JSONWriter()
    status.write(to: &writer)
    return RecordContent(
      key: Array(status.eventID.utf8), value: writer.bytes,
      headers: [SourceRecord.Header("schema", RoutedStatus.schema)])
  }
}
