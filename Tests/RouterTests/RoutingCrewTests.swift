import Audience
import Foundation
import Kafka
import LocalServers
import NotificationModel
import Postgres
import TestSupport
import Testing

@testable import Router

@Suite("A batch shared by threads", .requires(.postgres, .redis)) struct RoutingCrewTests {
  private func records(_ count: Int, people: Int) -> [SourceRecord] {
    (0..<count).map { number in
      let person = number % people + 1
      let record = BatchFixture.record(
        RouterSite.hello(person), id: String(format: "00000000-0000-7000-8000-%012d", number))
      // Each person's events are in one partition, as the relay's key has it.
      return SourceRecord(
        place: TopicPartition("notification.events", Int32(person % 3)), offset: Int64(number),
        timestamp: record.timestamp, key: record.key, value: record.value, headers: record.headers)
    }
  }

  /// What is routed for each person, in its order.
  private func ways(_ batch: RoutedBatch) throws -> [Int64?: [String]] {
    Dictionary(grouping: try batch.deliveries(), by: \.user).mapValues { $0.map { "\($0.channel) \($0.id)" } }
  }

  @Test func `becomes what one thread makes of it, and in the same order for each person`() throws {
    let fixture = try BatchFixture(people: 7)
    var settings = fixture.settings
    let records = records(300, people: 7)
    let alone = try fixture.router().route(records, now: BatchFixture.noon)
    #expect(alone.counts.deadLetters == [:])
    settings.lanes = 3
    settings.redisPrefix += "crew:"
    let crew = try RoutingCrew(settings)
    for _ in 1...2 {
      let shared = try crew.route(records, now: BatchFixture.noon)
      #expect(shared.counts == alone.counts)
      #expect(shared.records.count == alone.records.count)
      #expect(try ways(shared) == ways(alone))
    }
    let one = Array(records.prefix(1))
    #expect(try crew.route(one, now: BatchFixture.noon).counts.events == 1)
    #expect(try crew.route([], now: BatchFixture.noon).records.isEmpty)
    #expect(crew.audienceCounts.read >= 7 && crew.audienceCounts.local > 0)
  }

  @Test func `waits as a whole while PostgreSQL is away`() throws {
    let postgres = try PostgresServer()
    let fixture = try BatchFixture(people: 7, postgres: postgres)
    var settings = fixture.settings
    settings.lanes = 2
    let crew = try RoutingCrew(settings)
    let records = records(200, people: 7)
    try postgres.stop(.immediate)
    for _ in 1...2 {
      #expect(throws: PostgresError.self) { try crew.route(records, now: BatchFixture.noon) }
    }
    try postgres.start()
    let batch = try crew.route(records, now: BatchFixture.noon)
    #expect(batch.counts.events == 200)
    #expect(batch.counts.deadLetters == [:])
  }
}
