import Foundation
import Kafka
import LocalServers
import NotificationModel
import Policy
import Redis
import TestSupport
import Testing

@testable import Redrive

/// Batches on a real database, at any time of day.
@Suite("Redrive at night", .requires(.postgres, .redis)) struct NightTests {
  private let database: TestDatabase
  private let redriver: BatchRedriver
  private static let hour: Int64 = 3_600_000
  /// Tomorrow's beginning in Seoul.
  private static let midnight: Int64 = {
    let now = Int64(Date().timeIntervalSince1970 * 1_000)
    return (now + 9 * hour) / (24 * hour) * (24 * hour) + 15 * hour
  }()

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    try database.migrateNotification()
    try RouterSite.makePeople(3, in: database)
    let kafka = KafkaSettings(bootstrapServers: "127.0.0.1:1")
    var settings = RedriveSettings(
      kafka: kafka, database: try database.settings, redis: try SharedServers.redis.redisSettings,
      policy: PolicySettings())
    settings.redisPrefix = uniqueName("n") + ":"
    redriver = try BatchRedriver(settings)
  }

  private static func at(_ hours: Double) -> UnixTime {
    UnixTime(milliseconds: midnight + Int64(hours * Double(hour)))
  }

  /// Made at eight in the evening, when it could be sent until nine.
  private func advertising(expires: UnixTime? = nil) throws -> Delivery {
    var delivery = RedriveSite.sms(1, category: "advertising", sendBefore: Self.at(21))
    delivery.target = try database.contact(of: 1, "phone")
    (delivery.notBefore, delivery.expiresAt) = (Self.at(20), expires)
    return delivery
  }

  private func redrive(_ sources: [SourceRecord], at now: UnixTime) throws -> RedrivenBatch {
    try redriver.redrive(sources, now: now)
  }

  private func window(_ delivery: Delivery) -> SourceRecord {
    let headers = ["bongsu-error-class": "WINDOW", "bongsu-error-code": "WINDOW", "id": delivery.id]
    return Letters.record(of: delivery, headers).source
  }

  /// A record as it is read again from where it went.
  private func read(_ record: OutletRecord) -> SourceRecord {
    SourceRecord(
      place: TopicPartition(record.topic, 0), offset: 0, timestamp: 0, key: record.content.key,
      value: record.content.value, headers: record.content.headers)
  }

  private func status(_ batch: RedrivenBatch) throws -> DeliveryStatus? {
    try batch.records.first { $0.topic == "notification.status" }
      .map { try JSONDecoder().decode(DeliveryStatus.self, from: Data($0.content.value ?? [])) }
  }

  @Test func `what falls out of the hours waits for the morning, and may then be sent until the next evening`() throws {
    let delivery = try advertising()
    let night = try redrive([window(delivery)], at: Self.at(21.5))
    let waiting = try #require(night.records.first)
    #expect(waiting.topic == "notification.retry.1h" && night.counts.deferred == 1)
    let deferred = try #require(try status(night))
    #expect(deferred.state == .deferred && deferred.reason == "NIGHT" && deferred.until == Self.at(32))
    #expect(deferred.attempt == 2)
    // It goes round, by what is left.
    let last = try redrive([read(waiting)], at: Self.at(31.95))
    #expect(last.records.map(\.topic) == ["notification.retry.5m"] && last.counts.deferred == 0)
    let morning = try redrive([read(last.records[0])], at: Self.at(32))
    #expect(morning.records.map(\.topic) == ["notification.sms"])
    let sent = try JSONDecoder().decode(Delivery.self, from: Data(morning.records[0].content.value ?? []))
    var wanted = delivery
    wanted.sendBefore = Self.at(45)
    #expect(sent == wanted)
    let again = DeadRecord(read(morning.records[0]), DeadRecord.Homes(prefix: "notification."))
    #expect(again.attempt == 2 && again.uncounted == 1)
  }

  @Test func `the event's expiry ends it, wherever the hours end`() throws {
    let early = try redrive([window(try advertising(expires: Self.at(30)))], at: Self.at(21.5))
    #expect(try status(early)?.reason == "EXPIRED" && early.records.count == 1)
    let late = try redrive([window(try advertising(expires: Self.at(40)))], at: Self.at(33))
    let sent = try JSONDecoder().decode(Delivery.self, from: Data(late.records[0].content.value ?? []))
    #expect(sent.sendBefore == Self.at(40) && sent.expiresAt == Self.at(40))
    // What is no advertising has no hours: its time is the expiry alone.
    var order = try advertising(expires: Self.at(21))
    order.category = "transactional"
    #expect(try status(redrive([window(order)], at: Self.at(21.5)))?.reason == "EXPIRED")
  }

  @Test func `an opt-out of the night counts, as a consent for the night does`() throws {
    let waiting = try redrive([window(try advertising())], at: Self.at(21.5)).records[0]
    try database.run("UPDATE notification.consent SET granted = false, reconfirm_at = NULL WHERE user_id = 1")
    let morning = try redrive([read(waiting)], at: Self.at(32))
    #expect(try status(morning)?.reason == "NO_CONSENT" && morning.counts.suppressed == [.noConsent: 1])
    try database.run(
      """
      UPDATE notification.consent SET granted = true, reconfirm_at = now() + interval '1 year' WHERE user_id = 1;
      INSERT INTO notification.consent (user_id, kind, granted, source, reconfirm_at)
      VALUES (1, 'night_advertising', true, 'test', now() + interval '1 year')
      """)
    let night = try redrive([window(try advertising())], at: Self.at(22))
    let sent = try JSONDecoder().decode(Delivery.self, from: Data(night.records[0].content.value ?? []))
    #expect(night.records.map(\.topic) == ["notification.sms"] && sent.sendBefore == nil)
  }

  @Test func `an attempt that fails in the evening and is due at night waits for the morning too`() throws {
    let delivery = try advertising()
    let letter = Letters.record(of: delivery, ["id": delivery.id])
    let tier = try redrive([letter.source], at: Self.at(20.999)).records[0]
    let due = try redrive([read(tier)], at: Self.at(21.02))
    #expect(try status(due)?.until == Self.at(32) && due.records[0].topic == "notification.retry.1h")
    let sent = try redrive([read(due.records[0])], at: Self.at(32)).records[0]
    // It was an attempt.
    let again = DeadRecord(read(sent), DeadRecord.Homes(prefix: "notification."))
    #expect(again.attempt == 2 && again.uncounted == 0)
  }

  @Test func `past the time in which its claim is known it is parked`() throws {
    var delivery = try advertising()
    delivery.category = "service"
    (delivery.sendBefore, delivery.notBefore) = (nil, Self.at(0))
    let letter = Letters.record(of: delivery, ["id": delivery.id])
    let tier = try redrive([letter.source], at: Self.at(46.9)).records[0]
    let due = try redrive([read(tier)], at: Self.at(47.1))
    #expect(due.counts.parked == ["STALE": 1])
    #expect(try status(due)?.state == .fail)
    #expect(due.records.map(\.topic) == ["notification.parked", "notification.status", "notification.alerts"])
  }
}
