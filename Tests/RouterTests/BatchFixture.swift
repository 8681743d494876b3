import Foundation
import Kafka
import LocalServers
import NotificationModel
import Policy
import Postgres
import Redis
import TestSupport

@testable import Router

/// Batches on a real PostgreSQL and Redis, without Kafka.
struct BatchFixture {
  let database: TestDatabase
  var settings: RouterSettings

  /// With the people and the template of `RouterSite`.
  init(people: Int = 5, redis: RedisSettings? = nil, postgres: PostgresServer? = nil) throws {
    database = try (postgres ?? SharedServers.postgres).newDatabase()
    try database.migrateNotification()
    try RouterSite.makePeople(people, in: database)
    settings = RouterSettings(
      kafka: KafkaSettings(bootstrapServers: "127.0.0.1:1"), database: try database.settings,
      redis: try redis ?? SharedServers.redis.redisSettings)
    settings.redisPrefix = "\(database.name):"
    settings.policy.advertising["KR"] = AdvertisingText(
      sender: "Shop", optOut: [.push: "Opt out in settings", .sms: "080-000-0000", .email: "Unsubscribe"])
  }

  func router() throws -> BatchRouter { try BatchRouter(settings) }

  /// A record as a relay writes it.
  static func record(
    _ payload: String, id: String = UUID().uuidString.lowercased(), offset: Int64 = 0,
    headers: [SourceRecord.Header] = []
  ) -> SourceRecord {
    SourceRecord(
      place: TopicPartition("notification.events", 0), offset: offset, timestamp: noon.milliseconds,
      key: Array("1".utf8), value: Array(payload.utf8),
      headers: [SourceRecord.Header("id", id), SourceRecord.Header("aggregatetype", "user")] + headers)
  }

  /// 2026-11-25, 12:00 in Seoul.
  static let noon = UnixTime(milliseconds: Timestamp("2026-11-25T12:00:00+09:00")!.time.milliseconds)
  static let night = UnixTime(milliseconds: Timestamp("2026-11-25T22:00:00+09:00")!.time.milliseconds)
}

extension RoutedBatch {
  func statuses() throws -> [DeliveryStatus] {
    try values(of: .status, schema: DeliveryStatus.schema).map {
      try JSONDecoder().decode(DeliveryStatus.self, from: $0)
    }
  }

  func routed() throws -> [RoutedStatus] {
    try values(of: .status, schema: RoutedStatus.schema).map { try JSONDecoder().decode(RoutedStatus.self, from: $0) }
  }

  func deliveries() throws -> [Delivery] {
    try DeliveryChannel.allCases.flatMap { values(of: $0.topic, schema: Delivery.schema) }
      .map { try JSONDecoder().decode(Delivery.self, from: $0) }
  }

  var deadLetters: [OutgoingRecord] { records.filter { $0.topic == .deadLetters } }

  /// Of each status its channel's kind with its state or reason, sorted: what a test says in one line.
  func summary() throws -> [String] {
    try statuses().map { "\($0.channel.rawValue) \($0.reason ?? $0.state.rawValue)" }.sorted()
  }

  private func values(of topic: NotificationTopic, schema: String) -> [Data] {
    records.filter { $0.topic == topic && $0.header("schema") == schema }.map { Data($0.content.value ?? []) }
  }
}

extension OutgoingRecord {
  func header(_ name: String) -> String? {
    content.headers.last { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) }
  }
}
