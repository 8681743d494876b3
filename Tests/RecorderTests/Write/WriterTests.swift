import Foundation
import Kafka
import NotificationModel
import Postgres
import Recorder
import TestSupport
import Testing

/// The writer against a real PostgreSQL, as a user of its group.
@Suite("The log's writer", .requires(.postgres))
struct WriterTests {
  private let database: TestDatabase
  private let writer: LogWriter

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    try database.migrateNotification()
    writer = LogWriter(try database.user(in: "notification_recorder"), parkedTopic: "parked")
  }

  private func record(_ content: RecordContent, topic: String = "status", at offset: Int64 = 0) -> SourceRecord {
    SourceRecord(
      place: TopicPartition(topic, 0), offset: offset, timestamp: StatusLoad.start, key: content.key,
      value: content.value, headers: content.headers)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `whatever is written again and in whatever order, the rows are those of the model`(seed: UInt64) throws {
    let load = StatusLoad(events: 60, seed: seed)
    var random = SeededGenerator(seed: seed)
    let all = load.deliveries.map { record(.status($0)) } + load.routed.map { record(.routed($0)) }
    var left = all.shuffled(using: &random)
    while !left.isEmpty {
      let batch = Array(left.prefix(Int.random(in: 1...70, using: &random)))
      left.removeFirst(batch.count)
      _ = try writer.write(batch)
      // As after a crash: some of it comes again, later and in another order.
      if Bool.random(using: &random) { left += batch.shuffled(using: &random).prefix(batch.count / 2) }
      if Bool.random(using: &random) { _ = try writer.write(Array(batch.prefix(batch.count / 3))) }
    }
    #expect(try LogModel.deliveries(in: database) == LogModel.deliveries(load.deliveries))
    #expect(try LogModel.steps(in: database) == LogModel.steps(load.deliveries))
    #expect(try LogModel.routed(in: database) == LogModel.routed(load.routed))
    let before = try database.scalar("SELECT sum(xmin::text::bigint) FROM notification.delivery")
    _ = try writer.write(all)
    #expect(try database.scalar("SELECT sum(xmin::text::bigint) FROM notification.delivery") == before)
  }

  @Test func `a row that PostgreSQL refuses is set apart, and the rest goes on`() throws {
    try database.run("ALTER TABLE notification.delivery ADD CONSTRAINT ours CHECK (target <> 'poison')")
    var statuses = Array(StatusLoad(events: 20, seed: 4).deliveries)
    statuses[7].target = "poison"
    statuses[7].deliveryID = "00000000-0000-0000-0000-000000000007"
    let outcome = try writer.write(statuses.enumerated().map { record(.status($1), at: Int64($0)) })
    #expect(outcome.refused.map(\.record.offset) == [7] && outcome.refused.map(\.code) == ["REFUSED_BY_DATABASE"])
    statuses.remove(at: 7)
    #expect(try LogModel.deliveries(in: database) == LogModel.deliveries(statuses))
  }

  @Test func `a dead token disables its device, unless that was registered since`() throws {
    try database.run(
      """
      INSERT INTO notification.app_user (user_id, email) VALUES (1, 'a@example.com');
      INSERT INTO notification.device (device_id, device_token, user_id, platform, app_id, registered_at)
      SELECT n, 't' || n, 1, 'ios', 'a', to_timestamp(1000 * n) FROM generate_series(1, 3) n
      """)
    let version = try database.scalar("SELECT version FROM notification.app_user")
    let statuses = (1...3).map { number in
      var status = StatusLoad(events: 1, seed: UInt64(number)).deliveries[0]
      (status.channel, status.target, status.state, status.reason) = (.pushIOS, "\(number)", .fail, "Unregistered")
      status.deadSince = UnixTime(milliseconds: 2_000_000)
      return status
    }
    #expect(try writer.write(statuses.map { record(.status($0)) }).devicesDisabled == 2)
    let disabled = try database.connect().execute(
      "SELECT device_id || disabled_reason FROM notification.device WHERE disabled_at IS NOT NULL ORDER BY 1")
    #expect(disabled.column == ["1Unregistered", "2Unregistered"])
    #expect(try database.scalar("SELECT version FROM notification.app_user") != version)
    #expect(try writer.write(statuses.map { record(.status($0)) }).devicesDisabled == 0)
  }
}
