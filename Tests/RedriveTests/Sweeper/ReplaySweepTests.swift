import Foundation
import Kafka
import LocalServers
import NotificationModel
import Postgres
import TestSupport
import Testing

@testable import Redrive

@Suite("What is replayed", .requires(.postgres, .redis, .broker))
struct ReplaySweepTests {
  private let site: ReplaySite
  private let delivery: Delivery

  init() throws {
    site = try ReplaySite()
    delivery = RedriveSite.sms(1)
  }

  @Test func `it is pending in the log before any worker has it: traced, audited and counted`() throws {
    try site.fail(delivery)
    try site.replay(delivery)
    let told = try site.site.router.statuses().filter { $0.replay == 1 }
    #expect(told.count == 1 && told[0].state == .pending && told[0].eventTime == delivery.eventTime)
    let trace = try site.bongsu(["trace", delivery.id])
    #expect(trace.contains("PENDING, replay 1") && trace.contains("replayed by kim, as replay 1"), "\(trace)")
    #expect(trace.contains("it waits for its channel's worker"), "\(trace)")
    let audit = try site.bongsu(["audit", "--until", "0"])
    #expect(audit.contains("1 of 1 events = 0 finished + 1 waiting + 0 overdue + 0 not recorded"), "\(audit)")
    let stats = try site.bongsu(["stats", "--json", "--until", "2999-01-01T00:00:00Z"])
    #expect(stats.contains(#""on_their_way":1"#) || stats.contains(#""on_their_way": 1"#), "\(stats)")
    // What a worker tells stands above it, whichever comes first.
    try site.write([.status(site.status(delivery, .processing, replay: 1))], to: .status)
    try eventually("a worker has it") { try site.row(delivery) == "PROCESSING|1|1" }
  }

  @Test func `lost before its worker it is sent again as it was, more and more seldom, and left in the end`() throws {
    try site.fail(delivery)
    try site.replay(delivery)
    let first = try site.sent()
    #expect(first.count == 1 && first[0].contains("bongsu-replay=1") && !first[0].contains("bongsu-attempt"))
    try site.loseSent()
    #expect(try site.sweep(after: 20) == SweepRound.Outcome() && site.sent().isEmpty)
    #expect(try site.sweep(after: 31) == SweepRound.Outcome(foundReplays: 1, sweptReplays: 1))
    #expect(try site.sent() == first)
    #expect(try site.sweep(after: 32) == SweepRound.Outcome())
    for minutes in [62, 123] as [Int64] { #expect(try site.sweep(after: minutes).sweptReplays == 1, "\(minutes)") }
    #expect(try site.sent() == first + first + first && site.alerts().isEmpty)
    #expect(try site.sweep(after: 244) == SweepRound.Outcome(foundReplays: 1, left: [.stuck: 1]))
    #expect(try site.sweep(after: 900) == SweepRound.Outcome())
    let alert = try #require(try site.alerts().first)
    #expect(alert.group == "sweeper/replays" && alert.references == [delivery.id] && alert.severity == .critical)
    #expect(try site.site.router.records(.events).isEmpty, "its event is not what was sent")
  }

  @Test func `of a letter that was purged, and of one so old that workers forget, a person hears at once`() throws {
    try site.fail(delivery)
    try site.replay(delivery)
    #expect(try site.sweep(after: 46 * 60 + 5) == SweepRound.Outcome(foundReplays: 1, left: [.tooOld: 1]))
    try site.database.run("DELETE FROM notification.replay_sweep")
    let purged = try site.bongsu(["dlq", "purge", "--state", "replayed", "--topic", site.name(.sms), "--yes"])
    #expect(purged.contains("purged 1"), "\(purged)")
    #expect(try site.sweep(after: 31) == SweepRound.Outcome(foundReplays: 1, left: [.replayLost: 1]))
    #expect(try site.sweep(after: 900) == SweepRound.Outcome())
    #expect(try site.alerts().map(\.detail).last?.hasPrefix("REPLAY_LOST 1") == true)
    let reason = "SELECT reason FROM notification.replay_sweep WHERE left_at IS NOT NULL"
    #expect(try site.database.scalar(reason) == "REPLAY_LOST" && site.row(delivery) == "PENDING|1|0")
  }

  @Test func `what expired, and was sent since a person wanted it, is sent again without its expiry`() throws {
    let old = UnixTime(milliseconds: site.now.milliseconds - 20 * 86_400_000)
    var delivery = delivery
    (delivery.eventTime, delivery.notBefore) = (old, old)
    delivery.sendBefore = UnixTime(milliseconds: old.milliseconds + 3_600_000)
    try site.fail(delivery)
    try site.replay(delivery, ["--ignore-expiry"])
    let first = try site.sent()
    #expect(first.count == 1 && !first[0].contains("sendBefore"))
    #expect(first[0].contains("\"notBefore\":1") && !first[0].contains("\"notBefore\":\(old.milliseconds)"))
    try site.loseSent()
    #expect(try site.sweep(after: 31).sweptReplays == 1)
    #expect(try site.sent() == first)
  }

  @Test func `what a pointer stands for is read where it lies, as long as it does`() throws {
    try site.fail(delivery)
    var writer = JSONWriter()
    delivery.write(to: &writer)
    let whole = RecordContent(
      key: Array("1".utf8), value: writer.bytes,
      headers: [SourceRecord.Header("schema", Delivery.schema), SourceRecord.Header("id", delivery.id)])
    try site.write([whole], to: .sms)
    let pointer = DeadLetterPointer(
      origin: "\(site.name(.sms))/0/0", id: delivery.id, code: "TOO_LARGE", value: writer.bytes,
      originalSchema: Delivery.schema)
    try site.database.run("DELETE FROM notification.dead_letter")
    try site.write(
      [
        RecordContent(
          key: whole.key, value: pointer.value, headers: pointer.headers.map { SourceRecord.Header($0.name, $0.text) })
      ], to: .parked)
    try eventually("it is a dead letter") { try site.letters() == ["open"] }
    try site.replay(delivery)
    #expect(try site.sweep(after: 31).sweptReplays == 1)
    let sent = try site.sent()
    #expect(sent.count == 3 && sent[1] == sent[2] && sent[1].hasSuffix(String(decoding: writer.bytes, as: UTF8.self)))
    try site.loseSent()
    #expect(try site.sweep(after: 62) == SweepRound.Outcome(foundReplays: 1, left: [.replayLost: 1]))
  }

  @Test func `killed between acknowledgement and mark, nothing is lost and nothing has two numbers`() throws {
    try site.fail(delivery)
    // An update has to wait for this, and what comes before it does not.
    let holder = try site.database.connect()
    try holder.run(script: "BEGIN; LOCK TABLE notification.dead_letter IN SHARE MODE")
    let replay = try BongsuProcess(site.replayWords)
    try eventually("all of it is acknowledged") {
      try site.sent().count == 1 && site.site.router.statuses().contains { $0.replay == 1 }
    }
    replay.process.stop(SIGKILL)
    try holder.run(script: "ROLLBACK")
    let free = "SELECT count(*) FROM (SELECT FROM notification.dead_letter FOR UPDATE SKIP LOCKED) AS free"
    try eventually("its transaction is over") { try site.database.scalar(free) == "1" }
    try eventually("it is pending") { try site.row(delivery) == "PENDING|1|0" }
    let first = try site.sent()
    #expect(try site.letters() == ["open"])
    // Nobody replays it again, and it is lost.
    try site.loseSent()
    #expect(try site.sweep(after: 31) == SweepRound.Outcome(foundReplays: 1, sweptReplays: 1))
    #expect(try site.sent() == first)
    // Somebody does: it is the same claim.
    #expect(try site.replay().contains("replayed 1"))
    #expect(try site.sent() == first + first && site.letters() == ["replayed"])
    #expect(try site.row(delivery) == "PENDING|1|0")
  }

  @Test func `sent and not marked, what has come to its end meanwhile is marked without being sent`() throws {
    try site.fail(delivery)
    try site.write([.status(site.status(delivery, .success, replay: 1))], to: .status)
    try eventually("it has arrived") { try site.row(delivery) == "SUCCESS|1|1" }
    #expect(try site.replay().contains("what became of a replay before: 1"))
    #expect(try site.letters() == ["replayed"] && site.sent().isEmpty)
  }

  @Test func `of one event each is sent again from where it came`() throws {
    var delivery = delivery
    delivery.eventID = try site.site.router.produce(RouterSite.hello(1))
    try site.fail(delivery)
    try site.replay(delivery)
    let day = "'\(Timestamp(delivery.eventTime).description.prefix(10))'"
    try site.database.run(
      """
      INSERT INTO notification.routed_event (event_day, event_id, replay, part, deliveries, suppressions, deferrals, origin,
        routed_at)
      VALUES (\(day), '\(delivery.eventID)', 1, 'to:1', 1, 0, 0, '\(site.name(.events))/0/0', now());
      INSERT INTO notification.delivery (event_day, delivery_id, event_id, channel, target, state, replay, event_time)
      VALUES (\(day), gen_random_uuid(), '\(delivery.eventID)', 'email', '1', 'PENDING', 1, now())
      """)
    let both = SweepRound.Outcome(found: 1, swept: 1, foundReplays: 1, sweptReplays: 1)
    #expect(try site.sweep(after: 31) == both)
    #expect(try site.sent().count == 2 && site.site.router.records(.events).count == 2)
  }

  @Test func `it is held while it lies before its worker`() throws {
    var site = site
    site.settings.groups.workers = [.sms: site.site.router.prefix + "texts"]
    try site.fail(delivery)
    try site.replay(delivery)
    let consumer = try Consumer(site.settings.kafka, group: site.settings.groups[.worker(.sms)])
    let place = TopicPartition(site.name(.sms), 0)
    try consumer.commit([place: 0])
    #expect(try site.sweep(after: 300) == SweepRound.Outcome(held: 1))
    try consumer.commit([place: 1])
    #expect(try site.sweep(after: 301) == SweepRound.Outcome(foundReplays: 1, sweptReplays: 1))
  }

  @Test func `an event's replay is told by its router alone, under the replay's number`() throws {
    try site.site.router.makePeople(2)
    let id = UUID().uuidString.lowercased()
    try site.park(
      Array(RouterSite.hello(1).utf8), schema: NotificationRequest.schema, id: id, origin: "\(site.name(.events))/0/7")
    #expect(try site.replay().contains("replayed 1"))
    #expect(try site.site.router.records(.status).isEmpty)
    let router = try site.site.router.startRouter(redis: SharedServers.redis.address)
    try eventually("it is routed") { try site.site.router.routed().count == 1 }
    #expect(try router.terminate().isSuccess)
    let statuses = try site.site.router.statuses()
    #expect(!statuses.isEmpty && statuses.allSatisfy { $0.replay == 1 && $0.eventID == id })
    #expect(try site.site.router.routed().map(\.replay) == [1])
    try eventually("it is recorded") {
      try site.site.count("notification.delivery WHERE replay = 1") == statuses.count
    }
    let trace = try site.bongsu(["trace", id])
    #expect(trace.contains("routed again (replay 1)") && trace.contains("PENDING, replay 1"), "\(trace)")
    #expect(!trace.contains("nothing of it is recorded since"), "\(trace)")
  }
}
