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
  @Test func `what Kafka may still hold is not missing, all beyond it is`() {
    var events = AuditBalance.Events()
    (events.written, events.routed, events.parked, events.absent) = (10, 6, 1, 3)
    #expect(events.missing == 3)
    events.inFlight = 2
    #expect(events.missing == 1)
    events.inFlight = 7
    #expect(events.missing == 0)
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

  @Test func `what a group has not finished in Kafka is in flight, and a topic that is not there holds nothing`() throws
  {
    let broker = try BrokerChoice.current.start()
    let kafka = broker.kafkaSettings
    #expect(try InFlight.count(kafka) == 0)
    try broker.makeTopic("notification.events", partitions: 2)
    try broker.makeTopic("notification.retry.5m")
    let producer = try Producer(kafka)
    for name in ["notification.events", "notification.events", "notification.retry.5m"] {
      let record = RecordContent(key: Array("k".utf8), value: [1], headers: [])
      #expect(try producer.offer(record, to: producer.topic(name), token: 1))
    }
    #expect(producer.flush(timeoutMilliseconds: 30_000))
    producer.close()
    #expect(try InFlight.count(kafka) == 3)
    let consumer = try Consumer(kafka, group: "bongsu-router")
    let places = (0..<2).map { TopicPartition("notification.events", $0) }
    let filled = try #require(try places.first { try consumer.watermarks($0, timeoutMilliseconds: 10_000).high == 2 })
    try consumer.commit([filled: 1])
    consumer.close()
    #expect(try InFlight.count(kafka) == 2)
  }

  @Test func `as a daemon it shows what is missing`() throws {
    let event = try write(2)[0]
    try route(event, deliveries: 1)
    let daemon = try BongsuProcess(
      ["audit", "--every", "1s", "--until", "0", "--listen", "127.0.0.1:0", "--outbox-dsn", shop.conninfo],
      environment: ["BONGSU_NOTIFICATION_DSN": site.operatorDSN])
    let probe = try daemon.probe()
    _ = try daemon.process.waitForLine { $0.contains(#""message":"working""#) }
    try eventually("the gauges tell it") {
      let page = try probe.get("/metrics").body
      return page.contains("bongsu_audit_events_missing 1") && page.contains("bongsu_audit_deliveries_missing 0")
        && page.contains("bongsu_audit_window_seconds 3600")
    }
    daemon.process.signal(SIGTERM)
    #expect(try daemon.process.waitForExit().isSuccess)
  }

  @Test(arguments: [
    (["--since", "x"], 1, "--since takes a time"), (["--deadline", "long"], 2, "--deadline takes a span of time"),
    (["--every", "often"], 2, "--every takes a span of time"), (["--since", "0"], 1, "--since is not before --until"),
    (["--every", "60s", "--since", "2026-11-24T00:00:00Z"], 2, "--since takes a span of time"),
  ])
  func `what cannot be used is refused, saying what can`(words: [String], code: Int32, message: String) throws {
    let (exit, lines) = try BongsuProcess.run(
      ["audit", "--until", "0"] + words, environment: ["BONGSU_NOTIFICATION_DSN": site.operatorDSN])
    #expect(exit == .code(code) && lines.joined().contains(message), "\(exit): \(lines)")
  }
}
