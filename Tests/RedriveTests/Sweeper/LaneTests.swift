import Configuration
import Kafka
import LocalServers
import NotificationModel
import Postgres
import Recorder
import Runtime
import TestSupport
import Testing

@testable import Redrive

@Suite("What the lanes hold") struct LaneFrontTests {
  private func holds(_ oldest: [Lane: Int64]) -> [String: Int64] {
    let fronts = LaneFronts(oldest: oldest.mapValues { UnixTime(milliseconds: $0) })
    return Dictionary(fronts.holds.map { ($0.name, $0.oldest.milliseconds) }) { $1 }
  }

  @Test func `a channel is held by its worker and by the router, whichever is further behind`() {
    #expect(holds([:]) == [:])
    #expect(holds([.worker(.sms): 5]) == ["sms": 5])
    #expect(
      holds([.worker(.sms): 5, .router: 4, .worker(.email): 3])
        == ["sms": 4, "email": 3, "push.ios": 4, "push.android": 4])
    #expect(holds([.redrive: 9]) == ["RETRYING": 9])
  }

  @Test func `lanes count as they were when the last status was written that the log has`() {
    func reading(_ time: Int64, end: Int64) -> LaneMemory.Reading {
      let fronts = LaneFronts(oldest: [.worker(.sms): UnixTime(milliseconds: time)])
      return LaneMemory.Reading(
        fronts: fronts, ends: [TopicPartition("status", 0): end, TopicPartition("status", 1): 0])
    }
    var memory = LaneMemory()
    func time(_ time: Int64, end: Int64, recorded: Int64?) -> Int64? {
      let recorded = recorded.map { [TopicPartition("status", 0): $0] }
      return memory.fronts(reading(time, end: end), recorded: recorded)?.oldest[.worker(.sms)]?.milliseconds
    }
    #expect(time(1, end: 10, recorded: 9) == nil && time(2, end: 20, recorded: 19) == 1)
    #expect(time(3, end: 20, recorded: 19) == 1 && time(4, end: 30, recorded: 29) == 3)
    #expect(time(5, end: 40, recorded: 40) == 5, "it is up to the moment")
    #expect(time(6, end: 50, recorded: nil) == 6, "nobody knows")
    for number in 7..<1_000 as Range<Int64> { _ = time(number, end: number * 10, recorded: 69) }
    #expect(time(1_000, end: 10_000, recorded: 70) == 7, "the oldest is not forgotten for the newest")
    #expect(LaneFronts.everything.holds.map(\.oldest.milliseconds) == [0, 0, 0, 0, 0])
  }

  @Test func `groups are those of the section, else the roles' own`() throws {
    func read(_ text: String) throws -> (groups: SweeperSettings.Groups?, problems: [String]) {
      let servers = "kafka: {bootstrapServers: 127.0.0.1:1}\nnotification: {dsn: dbname=n}\n"
      let root = ConfigurationReader(file: try ConfigurationFile(text: servers + text, name: "bongsu.yaml"))
      let settings = SweeperSettings(root: root)
      do {
        try root.finish()
        return (settings?.groups, [])
      } catch {
        return (settings?.groups, error.problems.map(\.description))
      }
    }
    let own = try #require(try read("sweeper: {groups: {push.ios: apples, sms: texts, router: r, redrive: d}}").groups)
    #expect(
      Lane.all.map { own[$0] }
        == ["r", "d", "apples", "bongsu-worker-push.android", "texts", "bongsu-worker-email"])
    let plain = try #require(try read("").groups)
    #expect(plain[.router] == "bongsu-router" && plain[.redrive] == "bongsu-redrive")
    let problems = try read("sweeper: {groups: {fax: f}}").problems
    #expect(problems.count == 1 && problems.first?.contains("groups.fax is no channel") == true, "\(problems)")
  }
}

/// With a real router, whose deliveries lie before workers that do not come.
@Suite("What lies before its worker", .requires(.postgres, .redis, .broker))
struct SweepHoldTests {
  private let site: RecorderSite
  private let settings: SweeperSettings
  private let now = SystemTime.unixMicroseconds() / 1_000

  init() throws {
    site = try RecorderSite()
    try site.router.makePeople(3)
    try site.router.makeTopics(NotificationTopic.retries)
    var settings = SweeperSettings(
      kafka: site.router.broker.kafkaSettings, database: try site.database.user(in: "notification_recorder"))
    settings.topicPrefix = site.router.prefix
    settings.groups.router = site.router.group
    settings.groups.redrive = site.router.prefix + "redrive"
    settings.groups.workers = [.sms: site.router.prefix + "texts"]
    self.settings = settings
  }

  private func sweep(after minutes: Int64) throws -> SweepRound.Outcome {
    var memory = LaneMemory()
    return try SweepRound(settings: settings).run(now: UnixTime(milliseconds: now + minutes * 60_000), &memory)
  }

  /// An event that was routed and recorded, and of which nothing but its SMS is open.
  private func routeText() throws {
    try site.router.produce(RouterSite.hello(1))
    let router = try site.router.startRouter(redis: SharedServers.redis.address)
    try eventually("it is routed") { try site.router.routed().count == 1 }
    #expect(try router.terminate().isSuccess)
    let total = try site.router.records(.status).count
    let recorder = try site.startRecorder()
    try eventually("all is recorded") { try site.committed(.status) == Int64(total) }
    #expect(try recorder.terminate().isSuccess)
    try site.database.run("UPDATE notification.delivery SET state = 'SUCCESS' WHERE channel <> 'sms'")
    #expect(try site.count("notification.delivery WHERE state = 'PENDING'") == 1)
  }

  /// Commits, as a group does, that it has finished nothing or all of a topic.
  private func commit(_ lane: Lane, _ topic: NotificationTopic, all: Bool) throws {
    let consumer = try Consumer(settings.kafka, group: settings.groups[lane])
    var next: [TopicPartition: Int64] = [:]
    for number in 0..<Int32(site.router.partitions) {
      let place = TopicPartition(site.router.name(topic), number)
      let (low, high) = try consumer.watermarks(place, timeoutMilliseconds: 10_000)
      next[place] = all ? high : low
    }
    try consumer.commit(next)
  }

  private func writeDeadLetter() throws {
    let record = RecordContent(key: [1], value: [1], headers: [])
    try RecordWriter(site.router.broker).write([record], to: site.router.name(.deadLetters))
  }

  @Test func `it is not swept however long its worker waits, and is once the worker has passed it`() throws {
    try routeText()
    try commit(.worker(.sms), .sms, all: false)
    for minutes in [31, 300, 45 * 60] as [Int64] {
      #expect(try sweep(after: minutes) == SweepRound.Outcome(held: 1), "\(minutes)")
    }
    #expect(try site.router.records(.events).count == 1 && site.router.records(.alerts).isEmpty)
    try commit(.worker(.sms), .sms, all: true)
    #expect(try sweep(after: 31) == SweepRound.Outcome(found: 1, swept: 1))
  }

  @Test func `what its worker has passed is not swept before the log has read what became of it`() throws {
    try routeText()
    try commit(.worker(.sms), .sms, all: true)
    var behind = settings
    behind.groups.recorder = site.group
    var memory = LaneMemory()
    func sweep() throws -> SweepRound.Outcome {
      try SweepRound(settings: behind).run(now: UnixTime(milliseconds: now + 31 * 60_000), &memory)
    }
    let status = RecordContent(key: [1], value: [1], headers: [])
    try RecordWriter(site.router.broker).write([status], to: site.router.name(.status))
    #expect(try sweep() == SweepRound.Outcome(held: 1))
    #expect(try sweep() == SweepRound.Outcome(held: 1))
    let recorder = try site.startRecorder()
    try eventually("all is recorded") { try site.committed(.status) == Int64(try site.router.records(.status).count) }
    #expect(try recorder.terminate().isSuccess)
    #expect(try sweep() == SweepRound.Outcome(found: 1, swept: 1))
  }

  @Test func `what is older than all that waits is lost, and is swept`() throws {
    try routeText()
    // Its record is finished, and another came a good deal later.
    try commit(.worker(.sms), .sms, all: true)
    let text = RecordContent(key: [1], value: [1], headers: [])
    try RecordWriter(site.router.broker).write([text], to: site.router.name(.sms))
    #expect(try sweep(after: 31) == SweepRound.Outcome(held: 1), "it came within the deadline")
    try site.database.run("UPDATE notification.delivery SET updated_at = updated_at - interval '40 minutes'")
    #expect(try sweep(after: 0) == SweepRound.Outcome(found: 1, swept: 1))
    // Its copy may lie behind the other record, or before the router.
    #expect(try sweep(after: 31) == SweepRound.Outcome(held: 1))
  }

  @Test func `a group that never committed, or has another name, holds nothing`() throws {
    try routeText()
    #expect(try sweep(after: 31) == SweepRound.Outcome(found: 1, swept: 1))
  }

  @Test func `one that waits to be tried again is held by redrive`() throws {
    try routeText()
    try site.database.run("UPDATE notification.delivery SET state = 'RETRYING' WHERE channel = 'sms'")
    try commit(.redrive, .deadLetters, all: true)
    try writeDeadLetter()
    #expect(try sweep(after: 181) == SweepRound.Outcome(held: 1))
    try commit(.redrive, .deadLetters, all: true)
    #expect(try sweep(after: 181) == SweepRound.Outcome(found: 1, swept: 1))
  }

  @Test func `what was swept is not swept again before a router has had it`() throws {
    try routeText()
    #expect(try sweep(after: 31).swept == 1)
    for minutes in [62, 500] as [Int64] {
      #expect(try sweep(after: minutes) == SweepRound.Outcome(held: 1), "\(minutes)")
    }
    try commit(.router, .events, all: true)
    #expect(try sweep(after: 62).swept == 1)
  }

  @Test func `while Kafka gives no answer nothing is known, and that in time`() throws {
    let port = try ClosedPort()
    var away = settings
    away.kafka = KafkaSettings(bootstrapServers: "127.0.0.1:\(port.number)")
    let answer = LaneReader(settings: away, stop: StopRequest(), limitMilliseconds: 200).read()
    #expect(answer.reading.fronts == LaneFronts() && answer.recorded == nil && answer.unread.count == Lane.all.count)
    #expect(LaneReader(settings: settings, stop: StopRequest()).read().unread.isEmpty)
  }
}
