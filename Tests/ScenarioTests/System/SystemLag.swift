import Kafka
import LocalServers
import NotificationModel
import Postgres
import TestSupport

/// What still waits to be read, by the broker's and PostgreSQL's word: never by what a role says of itself.
struct SystemLag {
  private let broker: any LocalBroker
  private let database: TestDatabase

  init(_ broker: any LocalBroker, _ database: TestDatabase) { (self.broker, self.database) = (broker, database) }

  private static let reads: [(group: String, topics: [NotificationTopic])] =
    [
      (ConsumerGroup.router, [.events]), (ConsumerGroup.redrive, [.deadLetters] + NotificationTopic.retries),
      (ConsumerGroup.recorder, [.status, .parked]),
    ] + DeliveryChannel.allCases.map { (ConsumerGroup.worker($0), [$0.topic]) }

  /// Records by group that are not committed; empty when nothing waits.
  func waiting() throws -> [String: Int64] {
    let partitions = try partitions()
    var waiting: [String: Int64] = [:]
    for (group, topics) in Self.reads {
      let consumer = try Consumer(broker.kafkaSettings, group: group)
      let places = topics.flatMap { partitions[$0.name] ?? [] }
      let committed = try consumer.committed(places, timeoutMilliseconds: 10_000)
      for place in places {
        let (low, high) = try consumer.watermarks(place, timeoutMilliseconds: 10_000)
        waiting[group, default: 0] += high - max(low, committed[place] ?? low)
      }
    }
    return waiting.filter { $0.value != 0 }
  }

  private func partitions() throws -> [String: [TopicPartition]] {
    let topics = try Admin(broker.kafkaSettings).metadata(timeoutMilliseconds: 10_000).topics
    return Dictionary(
      uniqueKeysWithValues: topics.map { topic in
        (topic.name, topic.partitions.map { TopicPartition(topic.name, $0.id) })
      })
  }

  /// PostgreSQL's log as of now, up to where the slot has to come.
  func end() throws -> String { try database.scalar("SELECT pg_current_wal_insert_lsn()") ?? "" }

  func isConfirmed(_ end: String) throws -> Bool {
    try database.scalar("SELECT confirmed_flush_lsn >= '\(end)' FROM pg_replication_slots WHERE slot_name = 'bongsu'")
      == "t"
  }
}
