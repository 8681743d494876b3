import Foundation
import Kafka
import LocalServers
import NotificationModel
import Postgres
import TestSupport
import Testing

@testable import Administration

@Suite("What an audit adds up")
struct AuditBalanceTests {
  @Test func `what was met in Kafka is not missing, nor what may be in records that were not looked at`() {
    var events = AuditBalance.Events()
    (events.written, events.routed, events.parked, events.absent) = (10, 6, 1, 3)
    #expect(events.missing == 3)
    events.inFlight = 2
    #expect(events.missing == 1)
    (events.inFlight, events.unlooked) = (0, 2)
    #expect(events.missing == 1)
    events.unlooked = 7
    #expect(events.missing == 0)
    var balance = AuditBalance(since: UnixTime(milliseconds: 0), until: UnixTime(milliseconds: 1_000))
    balance.events = events
    #expect(balance.text.contains("7 records that wait were not looked at"))
  }

  @Test func `absent events are met one by one, those beyond the bound are counted and no more`() {
    var absent = AbsentEvents(most: 2)
    for id in ["A1", "b2"] { absent.add(id) }
    #expect(absent.isWhole && !absent.isDone && absent.first(9) == ["a1", "b2"])
    for id in ["a1", "A1", "x"] { absent.meet(id) }
    #expect(absent.met == 1 && absent.first(9) == ["b2"])
    absent.add("c3")
    absent.meet("B2")
    #expect(absent.count == 3 && absent.met == 2 && !absent.isWhole && !absent.isDone && absent.first(9).isEmpty)
  }

  @Test func `it is whole when neither events nor deliveries are missing`() {
    var balance = AuditBalance(since: UnixTime(milliseconds: 0), until: UnixTime(milliseconds: 1_000))
    #expect(
      balance.isWhole && balance.text.contains("no outbox is named") && balance.text.contains("nothing is missing"))
    (balance.deliveries.overdue, balance.deliveries.overdueIDs) = (1, ["d"])
    #expect(!balance.isWhole && balance.text.contains("delivery d is overdue"))
    balance.deliveries = .init()
    balance.events = .init()
    balance.events?.absent = 1
    balance.events?.absentIDs = ["e"]
    #expect(!balance.isWhole && balance.text.contains("e  bongsu trace") && balance.text.contains("MISSING"))
    guard case .object(let object) = balance.json else { return }
    #expect(object["isWhole"] == false)
    balance.events = .init()
    balance.refused = ["outbox shop: no"]
    #expect(!balance.isWhole && balance.text.contains("outbox shop: no") && !balance.text.contains("MISSING"))
  }
}

@Suite("bongsu audit", .requires(.postgres, .broker))
struct AuditCommandTests {
  private let site: LogSite
  private let shop: TestDatabase

  init() throws {
    site = try LogSite()
    shop = try SharedServers.postgres.newDatabase()
    try shop.migrate()
  }

  private func write(_ count: Int) throws -> [String] {
    try (0..<count).map { _ in try #require(try shop.scalar("SELECT outbox.enqueue('user', '17', 'order', '{}')")) }
  }

  /// Its numbers, and so many rows of deliveries in a state.
  private func route(_ event: String, deliveries: Int, rows: Int? = nil, state: String = "SUCCESS", age: String = "0 s")
    throws
  {
    try site.database.run(
      """
      INSERT INTO notification.routed_event (event_day, event_id, replay, deliveries, suppressions, deferrals, routed_at)
      VALUES ((now() AT TIME ZONE 'UTC')::date, '\(event)', 0, \(deliveries), 0, 0, now());
      INSERT INTO notification.delivery (event_day, delivery_id, event_id, channel, target, state, event_time, updated_at)
      SELECT (now() AT TIME ZONE 'UTC')::date, gen_random_uuid(), '\(event)', 'sms', n::text, '\(state)', now(),
        now() - interval '\(age)' FROM generate_series(1, \(rows ?? deliveries)) AS n
      """)
  }

  private func audit(_ words: String...) throws -> (exit: ChildExit, text: String) {
    try audit(outbox: shop.conninfo, words)
  }

  private func audit(outbox: String, _ words: [String] = []) throws -> (exit: ChildExit, text: String) {
    // Without Kafka nothing is in flight.
    let (exit, lines) = try BongsuProcess.run(
      ["audit", "--until", "0", "--outbox-dsn", outbox] + words,
      environment: ["BONGSU_NOTIFICATION_DSN": site.operatorDSN])
    return (exit, lines.joined(separator: "\n"))
  }

  @Test func `a member of outbox_auditor may add up, and whoever may not hears what to type, and the rest`() throws {
    let events = try write(2)
    for event in events { try route(event, deliveries: 1) }
    let (exit, text) = try audit(outbox: shop.userDSN(in: "outbox_auditor"))
    #expect(exit.isSuccess && text.contains("2 written = 2 routed + 0 parked + 0 not found"), "\(text)")
    let refused = try audit(outbox: shop.userDSN(in: "outbox_writer"))
    #expect(refused.exit == .code(1) && refused.text.contains("type GRANT outbox_auditor TO u_"), "\(refused.text)")
    #expect(refused.text.contains("2 of 2 events = 2 finished"), "\(refused.text)")
    #expect(refused.text.contains("NOT ALL COULD BE ADDED UP") && !refused.text.contains("written"), "\(refused.text)")
  }

  @Test func `the notification database's own outbox is added up by one log-in`() throws {
    let login = try site.database.userDSN(in: "outbox_auditor, notification_operator")
    let event = try #require(try site.database.scalar("SELECT outbox.enqueue('user', '17', 'order', '{}')"))
    try route(event, deliveries: 1)
    let (exit, lines) = try BongsuProcess.run(
      ["audit", "--until", "0", "--dsn", login, "--outbox-dsn", login])
    #expect(exit.isSuccess && lines.joined().contains("1 written = 1 routed"), "\(lines)")
  }

  @Test func `all that is routed and finished, parked or waiting is whole`() throws {
    let events = try write(4)
    try route(events[0], deliveries: 2)
    try route(events[1], deliveries: 1, state: "PENDING", age: "10 min")
    try site.database.run(
      """
      INSERT INTO notification.deferred_event VALUES ('\(events[2])', 'user', '1', 'n', '{}', NULL, now());
      INSERT INTO notification.deferred VALUES ('\(events[2])', 'sms', '1', now() + interval '9 hours', 'NIGHT', now())
      """)
    try route(events[2], deliveries: 1, state: "DEFERRED", age: "9 hours")
    try site.insert("{}", "{}", origin: nil, eventID: events[3])
    let (exit, text) = try audit()
    #expect(exit.isSuccess, "\(text)")
    #expect(text.contains("4 written = 3 routed + 1 parked + 0 not found"), "\(text)")
    #expect(text.contains("4 of 3 events = 2 finished + 2 waiting + 0 overdue + 0 not recorded: 0 missing"), "\(text)")
  }

  @Test func `an event that nobody routed is named, and so is a delivery without a row or an end`() throws {
    let events = try write(3)
    try route(events[0], deliveries: 3, rows: 2)
    try route(events[1], deliveries: 1, state: "PROCESSING", age: "4 hours")
    let (exit, text) = try audit()
    #expect(exit == .code(1) && text.contains("1 not found") && text.contains(events[2]), "\(text)")
    #expect(text.contains("1 overdue + 1 not recorded: 2 missing"), "\(text)")
    #expect(text.contains("event \(events[0]) has fewer deliveries") && text.contains("is overdue"), "\(text)")
    #expect(try audit("--deadline", "5h").text.contains("0 overdue"))
    let json = try audit("--json").text
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    #expect(object?["isWhole"] as? Bool == false)
    #expect(((object?["events"] as? [String: Any])?["ids"] as? [String]) == [events[2]])
  }

  @Test func `a deferred delivery whose row has gone and that did not come back is overdue`() throws {
    let event = try write(1)[0]
    try route(event, deliveries: 1, state: "DEFERRED", age: "4 hours")
    #expect(try audit().text.contains("1 overdue"))
  }

  @Test func `of an event's parts the last replay of each counts`() throws {
    let event = try write(1)[0]
    try site.database.run(
      """
      ALTER TABLE notification.routed_event ADD COLUMN IF NOT EXISTS part text NOT NULL DEFAULT '';
      INSERT INTO notification.routed_event
        (event_day, event_id, replay, deliveries, suppressions, deferrals, routed_at, part)
      VALUES (current_date, '\(event)', 0, 7, 0, 0, now(), ''), (current_date, '\(event)', 2, 2, 1, 0, now(), ''),
        (current_date, '\(event)', 1, 1, 0, 0, now(), 'to:1')
      """)
    let sums = "SELECT sum(deliveries) || '/' || sum(suppressions) FROM notification.routed_now"
    #expect(try site.database.scalar(sums) == "3/1")
  }

  private func write(_ records: [(id: String?, key: String)], to name: String) throws {
    let contents = records.map { record in
      RecordContent(
        key: Array(record.key.utf8), value: [1], headers: record.id.map { [SourceRecord.Header("id", $0)] } ?? [])
    }
    try RecordWriter(SharedServers.broker).write(contents, to: site.prefix + name)
  }

  private func way(commits: [String: Int64] = [:], group: String) throws {
    let consumer = try Consumer(SharedServers.broker.kafkaSettings, group: group)
    defer { consumer.close() }
    try consumer.commit(Dictionary(uniqueKeysWithValues: commits.map { (TopicPartition(site.prefix + $0, 0), $1) }))
  }

  private func auditWay(_ words: String...) throws -> (exit: ChildExit, text: String) {
    let kafka = ["--bootstrap-servers", try SharedServers.broker.bootstrapServers, "--prefix", site.prefix]
    return try audit(outbox: shop.conninfo, kafka + words)
  }

  @Test func `retries of deliveries that wait hide no lost event, and one on its way is known by its id`() throws {
    for topic in ["events", "dlq", "retry.5m", "status", "parked"] { try site.makeTopic(topic) }
    let events = try write(6)
    let retries = (0..<1_000).map { _ in (id: UUID().uuidString.lowercased() as String?, key: "17") }
    try write(retries, to: "retry.5m")
    #expect(try auditWay().text.contains("6 not found, of which 0 are in flight: 6 missing"))
    try write([(events[1].uppercased(), "17")], to: "events")
    try write([(events[2], "17")], to: "retry.5m")
    try write([(events[3], "17")], to: "dlq")
    try write([(nil, events[4])], to: "status")
    try write([(events[5], "17")], to: "parked")
    let (exit, text) = try auditWay()
    #expect(exit == .code(1) && text.contains("6 not found, of which 5 are in flight: 1 missing"), "\(text)")
    #expect(text.contains("\(events[0])  bongsu trace"), "\(text)")
    for id in events.dropFirst() { #expect(!text.contains(id), "\(text)") }
    // What a group has finished is on no way any more.
    try way(commits: ["events": 1], group: "bongsu-router")
    try way(commits: ["retry.5m": 1_001], group: "redrive-2")
    let fewer = try auditWay("--set", "redrive.group=redrive-2").text
    #expect(fewer.contains("6 not found, of which 3 are in flight: 3 missing"), "\(fewer)")
    let json = try auditWay("--json").text
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    let counts = object?["events"] as? [String: Any]
    #expect(counts?["inFlight"] as? Int == 4 && counts?["missing"] as? Int == 2 && counts?["unlooked"] as? Int == 0)
  }

  @Test func `records that are too many to be read are counted, and a topic that is not there holds nothing`() throws {
    let kafka = try SharedServers.broker.kafkaSettings
    var way = AuditWay()
    way.prefix = site.prefix
    #expect(try InFlight(kafka, way).count == 0)
    try site.makeTopic("events")
    try write((0..<10).map { ("e\($0)", "17") }, to: "events")
    let open = try InFlight(kafka, way)
    #expect(open.count == 10)
    var absent = AbsentEvents()
    for id in ["e1", "e8", "lost"] { absent.add(id) }
    var some = absent
    #expect(try open.look(for: &some, most: 4) == 6 && some.met == 1)
    #expect(try open.look(for: &absent) == 0 && absent.met == 2 && absent.first(9) == ["lost"])
    var many = AbsentEvents(most: 1)
    for id in ["e1", "e2"] { many.add(id) }
    #expect(try open.look(for: &many) == 10 && many.met == 0)
  }

  @Test func `as a daemon it shows what is missing`() throws {
    let event = try write(2)[0]
    try route(event, deliveries: 1)
    let daemon = try BongsuProcess(
      ["audit", "--every", "1s", "--until", "0", "--listen", "127.0.0.1:0", "--outbox-dsn", shop.conninfo],
      environment: ["BONGSU_NOTIFICATION_DSN": site.operatorDSN])
    let probe = try daemon.probe()
    _ = try daemon.process.waitForLine { $0.contains(#""message":"working""#) }
    let gauges = [
      "events_missing 1", "events_written 2", "events_routed 1", "events_parked 0", "events_in_flight 0",
      "deliveries_missing 0", "deliveries_expected 1", "deliveries_finished 1", "deliveries_waiting 0",
      "window_seconds 3600",
    ]
    try eventually("the gauges tell it") {
      let page = try probe.get("/metrics").body
      return gauges.allSatisfy { page.contains("bongsu_audit_\($0)\n") }
    }
    daemon.process.signal(SIGTERM)
    #expect(try daemon.process.waitForExit().isSuccess)
  }

  @Test(arguments: [
    (["--since", "x"], 1, "--since takes a time"), (["--deadline", "long"], 2, "--deadline takes a span of time"),
    (["--every", "often"], 2, "--every takes a span of time"), (["--since", "0"], 1, "--since is not before --until"),
    (["--prefix", "a b"], 2, "router.topicPrefix needs up to 200 letters"),
    (["--every", "60s", "--since", "2026-11-24T00:00:00Z"], 2, "--since takes a span of time"),
  ])
  func `what cannot be used is refused, saying what can`(words: [String], code: Int32, message: String) throws {
    let (exit, lines) = try BongsuProcess.run(
      ["audit", "--until", "0"] + words, environment: ["BONGSU_NOTIFICATION_DSN": site.operatorDSN])
    #expect(exit == .code(code) && lines.joined().contains(message), "\(exit): \(lines)")
  }
}
