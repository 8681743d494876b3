import Foundation
import Kafka
import LocalServers
import NotificationModel
import Postgres
import Recorder
import Router
import Runtime
import Telemetry
import TestSupport
import Testing

@testable import Redrive

/// The sweeper on real servers, with a real router.
@Suite("The sweeper", .requires(.postgres, .redis, .broker))
struct SweeperTests {
  private let site: RecorderSite
  private let settings: SweeperSettings
  private let now = SystemTime.unixMicroseconds() / 1_000

  init() throws {
    site = try RecorderSite()
    try site.router.makePeople(3)
    var settings = SweeperSettings(
      kafka: site.router.broker.kafkaSettings, database: try site.database.user(in: "notification_recorder"))
    settings.topicPrefix = site.router.prefix
    self.settings = settings
  }

  private func sweep(after minutes: Int64) throws -> SweepRound.Outcome {
    var memory = LaneMemory()
    return try SweepRound(settings: settings).run(now: UnixTime(milliseconds: now + minutes * 60_000), &memory)
  }

  /// An event that was routed and recorded, and whose deliveries then vanished from their topics.
  private func routeAndLose(_ user: Int = 1) throws -> String {
    let id = try site.router.produce(RouterSite.hello(user))
    let router = try site.router.startRouter(redis: SharedServers.redis.address)
    try eventually("it is routed") { try site.router.routed().count == 1 }
    #expect(try router.terminate().isSuccess)
    try record()
    return id
  }

  /// Has all statuses written to the log.
  private func record() throws {
    let total = try site.router.records(.status).count
    let recorder = try site.startRecorder()
    try eventually("all is recorded") { try site.committed(.status) == Int64(total) }
    #expect(try recorder.terminate().isSuccess)
  }

  @Test func `what vanished is routed again and comes to its channel under the same id`() throws {
    let id = try routeAndLose()
    let before = try site.router.deliveries(.sms)
    try site.router.broker.deleteRecords(of: site.router.name(.sms))
    #expect(try site.router.deliveries(.sms).isEmpty && before.count == 1)
    #expect(try sweep(after: 20) == SweepRound.Outcome())
    #expect(try sweep(after: 31) == SweepRound.Outcome(found: 1, swept: 1))
    let router = try site.router.startRouter(redis: SharedServers.redis.address)
    try eventually("it is there again") { try site.router.deliveries(.sms).count == 1 }
    let after = try #require(try site.router.deliveries(.sms).first)
    #expect(after.id == before[0].id && after.eventID == id)
    // Its age counts from when it came first.
    #expect(after.notBefore == before[0].notBefore && after.eventTime == before[0].eventTime)
    #expect(try router.terminate().isSuccess)
    try record()
    let parts = try site.database.connect().execute("SELECT deliveries FROM notification.routed_event")
    #expect(parts.column == ["4"])
    #expect(try LogModel.deliveries(in: site.database).count == 4)
  }

  @Test func `two at once sweep once, and what was swept rests`() throws {
    _ = try routeAndLose()
    let other = try site.database.connect()
    let store = SweepStore(connection: other, settings: settings)
    #expect(try store.begin())
    #expect(try sweep(after: 31).isSkipped)
    try store.end()
    #expect(try sweep(after: 31).swept == 1)
    #expect(try sweep(after: 31) == SweepRound.Outcome())
    #expect(try site.router.records(.events).count == 2)
  }

  @Test func `what is finished, deferred or suppressed is left alone`() throws {
    let id = try routeAndLose()
    for state in ["SUCCESS", "FAIL", "SUPPRESSED", "DEFERRED", "AMBIGUOUS"] {
      try site.database.run("UPDATE notification.delivery SET state = '\(state)'")
      #expect(try sweep(after: 600) == SweepRound.Outcome(), "\(state)")
    }
    try site.database.run("UPDATE notification.delivery SET state = 'RETRYING'")
    #expect(try sweep(after: 100) == SweepRound.Outcome())
    #expect(try sweep(after: 181).swept == 1)
    #expect(try site.router.records(.events).map { $0.header("id") } == [id, id])
  }

  @Test func `after three times a person hears of it, once`() throws {
    let id = try routeAndLose()
    for minutes in [31, 62, 123] as [Int64] { #expect(try sweep(after: minutes).swept == 1, "\(minutes)") }
    #expect(try sweep(after: 242).found == 0)
    #expect(try sweep(after: 244) == SweepRound.Outcome(found: 1, left: [.stuck: 1]))
    #expect(try sweep(after: 900) == SweepRound.Outcome())
    let alerts = try site.router.records(.alerts)
    #expect(alerts.map(\.key) == ["sweeper/stuck"] && alerts.first?.header("schema") == Alert.schema)
    let alert = try JSONDecoder().decode(Alert.self, from: Data(try #require(alerts.first).value.utf8))
    #expect(alert.severity == .critical && alert.count == 1 && alert.references == [id])
  }

  @Test func `what workers would not know any more, and what Kafka does not hold, is left at once`() throws {
    _ = try routeAndLose()
    #expect(try sweep(after: 46 * 60 + 1).left == [.tooOld: 1])
    try site.database.run("DELETE FROM notification.sweep")
    try site.router.broker.deleteRecords(of: site.router.name(.events))
    #expect(try sweep(after: 31).left == [.recordGone: 1])
    try site.database.run("DELETE FROM notification.sweep; UPDATE notification.routed_event SET origin = NULL")
    #expect(try sweep(after: 31).left == [.unknownOrigin: 1])
    #expect(try site.router.records(.alerts).count == 3)
  }
}
