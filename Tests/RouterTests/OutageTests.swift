import Foundation
import Kafka
import LocalServers
import NotificationModel
import Runtime
import TestSupport
import Testing

/// Servers that are away, each of a test's own.
@Suite("A router whose servers go away", .requires(.postgres, .redis, .broker), .serialized)
struct OutageTests {
  @Test func `without PostgreSQL events wait, the router keeps its place in the group, and goes on by itself`() throws {
    let postgres = try PostgresServer()
    let site = try RouterSite(postgres: postgres)
    try site.makePeople(3)
    let router = try site.startRouter(redis: SharedServers.redis.address, GroupPlace.impatient)
    try site.produce(RouterSite.hello(1))
    try eventually("the first is routed", within: .seconds(60)) { try site.routed().count == 1 }
    try postgres.stop(.immediate)
    let late = try site.produce(RouterSite.hello(2))
    try router.waitForProblem("PostgreSQL")
    let place = TopicPartition(site.name(.events), 0)
    #expect(try GroupPlace(site.broker, group: site.group, place).losses(of: router) == [])
    #expect(try site.routed().count == 1 && site.records(.deadLetters).isEmpty)
    try postgres.start()
    try eventually("the second is routed", within: .seconds(60)) {
      try site.routed().contains { $0.eventID == late && $0.deliveries == 4 }
    }
    try router.waitUntilReady()
    #expect(try router.metrics().sum("bongsu_router_restarts_total") == 0)
    #expect(try router.terminate().isSuccess)
  }

  @Test func `without Redis it routes from PostgreSQL, and rate limits hold back advertising alone`() throws {
    let site = try RouterSite()
    let closed = try ClosedPort()
    try site.makePeople(3)
    let flags = [
      "policy.advertising.0.country=KR", "policy.advertising.0.sender=Shop", "policy.advertising.0.optOut.email=Bye",
      "policy.advertising.0.optOut.push=Bye", "policy.advertising.0.optOut.sms=Bye", "policy.quietHours.0.country=XX",
    ]
    let router = try site.startRouter(
      redis: "127.0.0.1:\(closed.number)", flags.flatMap { ["--set", $0] })
    try site.produce(RouterSite.hello(1, category: "service"))
    try site.produce(RouterSite.hello(2, category: "advertising"))
    try eventually("both are routed", within: .seconds(60)) { try site.routed().count == 2 }
    let statuses = try site.statuses()
    #expect(statuses.filter { $0.user == 1 }.allSatisfy { $0.state == .pending })
    #expect(statuses.filter { $0.user == 2 }.allSatisfy { $0.reason == "RATE_UNKNOWN" })
    #expect(try router.metrics().sum("bongsu_router_redis_failures_total") > 0)
    #expect(try router.metrics().sum("bongsu_router_rate_unknown_total") > 0)
    #expect(try router.terminate().isSuccess)
  }

  @Test func `a topic that is missing is named, and routing begins once it is there`() throws {
    let site = try RouterSite(makesTopics: false)
    try site.makePeople(1)
    let router = try site.startRouter(redis: SharedServers.redis.address)
    try router.waitForProblem("bongsu topics apply")
    // The one that is read comes last: a group that was joined without it would hear of it minutes later.
    try site.makeTopics(RouterSite.topics.filter { $0 != .events })
    try router.waitForProblem(site.name(.events))
    try site.makeTopics([.events])
    try site.produce(RouterSite.hello(1))
    try eventually("it is routed", within: .seconds(60)) { try site.routed().count == 1 }
    #expect(try router.terminate().isSuccess)
  }

  @Test func `an event of 10 MB that even the dead letters do not take is a pointer, and the next one flows`() throws {
    let log = try RecorderSite(partitions: 1)
    let site = log.router
    try site.makePeople(2)
    try site.produce(RouterSite.hello(1, more: #", "link": "\#(String(repeating: "x", count: 10 << 20))""#))
    try site.produce(RouterSite.hello(2))
    let router = try site.startRouter(redis: SharedServers.redis.address)
    try eventually("the next one is routed", within: .seconds(60)) { try site.routed().count == 1 }
    // It is read for what it can be chosen by, which takes its time.
    try eventually("its pointer is there", within: .seconds(60)) { try site.records(.parked).count == 1 }
    let pointer = try #require(try site.records(.parked).first)
    #expect(pointer.value.contains(#""template":"hello","category":"transactional","to":[{"user":1}]"#))
    #expect(pointer.header("bongsu-origin") == "\(site.name(.events))/0/0")
    #expect(pointer.value.contains(#""bytes":1048"#))
    #expect(pointer.header("bongsu-schema") == "notification.v1" && pointer.header("bongsu-recipients") == nil)
    #expect(try site.records(.deadLetters).isEmpty)
    try replay(log)
    try eventually("it is judged anew", within: .seconds(60)) { try site.records(.parked).count == 2 }
    let second = try #require(try site.records(.parked).last)
    #expect(second.header("bongsu-replay") == "1" && second.header("bongsu-origin") == "\(site.name(.events))/0/2")
    #expect(try router.terminate().isSuccess)
    #expect(try site.committed() == 3)
  }

  /// Has what the recorder makes of a pointer sent anew, and compares it.
  private func replay(_ log: RecorderSite) throws {
    let recorder = try log.startRecorder()
    try eventually("the pointer is a dead letter", within: .seconds(60)) {
      try log.count("notification.dead_letter") == 1
    }
    #expect(try recorder.terminate().isSuccess)
    let broker = log.router.broker
    let (exit, lines) = try BongsuProcess.run([
      "dlq", "replay", "--all", "--yes", "--dsn", log.database.conninfo, "--bootstrap-servers", broker.bootstrapServers,
    ])
    #expect(exit.isSuccess, "\(lines)")
    let reader = try OriginReader(broker.kafkaSettings, stop: StopRequest())
    defer { reader.close() }
    let records = try [0, 2].map { try reader.read(RecordPlace("\(log.router.name(.events))/0/\($0)")!) }
    let (first, again) = (try #require(records[0]), try #require(records[1]))
    #expect(again.key == first.key && again.value == first.value)
    #expect(again.headers == first.headers + [SourceRecord.Header("bongsu-replay", "1")])
  }
}
