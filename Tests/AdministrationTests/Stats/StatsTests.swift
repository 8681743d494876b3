import Foundation
import LocalServers
import NotificationModel
import Postgres
import TestSupport
import Testing

@testable import Administration

@Suite("bongsu stats", .requires(.postgres))
struct StatsTests {
  private let site: LogSite

  init() throws { site = try LogSite() }

  /// Deliveries of today's partition; a hundred were sent, the n-th in n tenths of a second.
  private func fill() throws {
    try site.database.run(
      """
      INSERT INTO notification.delivery (event_day, delivery_id, event_id, channel, target, category, template, state,
        reason, event_time, finished_at)
      SELECT (now() AT TIME ZONE 'UTC')::date, gen_random_uuid(), gen_random_uuid(), 'sms', '5', 'service', 'hi', 'SUCCESS',
        NULL, now(), now() + n * interval '100 milliseconds' FROM generate_series(1, 100) AS n
      UNION ALL SELECT (now() AT TIME ZONE 'UTC')::date, gen_random_uuid(), gen_random_uuid(), 'email', '6', 'offers', 'bye',
        state, reason, now(), now() FROM (VALUES ('FAIL', 'BOUNCED'), ('FAIL', 'BOUNCED'), ('SUPPRESSED', 'OPTED_OUT'),
          ('PENDING', NULL), ('DEFERRED', 'NIGHT')) AS v (state, reason);
      INSERT INTO notification.delivery (event_day, delivery_id, event_id, channel, target, state, event_time)
      VALUES (current_date - 9, gen_random_uuid(), gen_random_uuid(), 'sms', '5', 'SUCCESS', now() - interval '9 days')
      """)
  }

  private func stats(_ words: String...) throws -> [String: [[String: Any]]] {
    try object(words).compactMapValues { $0 as? [[String: Any]] }
  }

  private func object(_ words: [String]) throws -> [String: Any] {
    let (exit, text) = try site.bongsu(["stats", "--json", "--until", "2999-01-01T00:00:00Z"] + words)
    guard exit.isSuccess else { throw NeverHappened(description: text) }
    return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
  }

  @Test func `it counts, says why not and how fast`() throws {
    try fill()
    let all = try stats()
    let sums = try #require(all["groups"]?.first)
    func number(_ name: String) -> Double? { (sums[name] as? NSNumber)?.doubleValue }
    #expect(number("all_of_them") == 105 && number("sent") == 100 && number("failed") == 2)
    #expect(number("suppressed") == 1 && number("on_their_way") == 1 && number("deferred") == 1)
    #expect(number("success_percent") == 98.04 && number("p50_ms") == 5_050 && number("p99_ms") == 9_901)
    let reasons = all["reasons"]?.compactMap { $0["reason"] as? String }
    #expect(reasons == ["BOUNCED", "OPTED_OUT"])
    let channels = try stats("--by", "channel")["groups"]?.compactMap { $0["channel"] as? String }
    #expect(channels == ["sms", "email"])
    for kind in ["hour", "template", "category"] { #expect(try stats("--by", kind)["groups"]?.isEmpty == false) }
    #expect(try stats("--since", "240h")["groups"]?.first?["all_of_them"] as? Int == 106)
    let text = try site.bongsu("stats", "--until", "2999-01-01T00:00:00Z").text
    #expect(text.contains("p99_ms") && text.contains("BOUNCED"), "\(text)")
    #expect(try site.bongsu("stats", "--until", "23h").text.hasPrefix("no deliveries are recorded for this time"))
  }

  @Test func `what had waited for its time or for a person is in no percentile, and is counted beside them`() throws {
    try fill()
    try site.database.run(
      """
      WITH d AS (
        INSERT INTO notification.delivery (event_day, delivery_id, event_id, channel, target, state, replay, event_time,
          finished_at)
        SELECT (now() AT TIME ZONE 'UTC')::date, gen_random_uuid(), gen_random_uuid(), 'sms', '5', 'SUCCESS', n / 4, now(),
          now() + interval '9 hours' FROM generate_series(1, 4) AS n RETURNING event_day, delivery_id, replay)
      INSERT INTO notification.delivery_event (event_day, delivery_id, replay, attempt, state, reason, happened_at)
      SELECT event_day, delivery_id, 0, a, 'DEFERRED', 'NIGHT', now() FROM d, generate_series(0, 1) AS a WHERE replay = 0
      """)
    let sums = try #require(try stats("--by", "channel")["groups"]?.first { $0["channel"] as? String == "sms" })
    #expect(sums["sent"] as? Int == 104 && sums["untimed"] as? Int == 4)
    #expect(sums["p50_ms"] as? Int == 5_050 && sums["p99_ms"] as? Int == 9_901)
  }

  @Test(arguments: ["channel", "template", "category", "hour"])
  func `each group has its own reasons, the frequent ones first, and none is left out`(kind: String) throws {
    try fill()
    try site.database.run(
      """
      INSERT INTO notification.delivery (event_day, delivery_id, event_id, channel, target, category, template, state,
        reason, event_time)
      SELECT (now() AT TIME ZONE 'UTC')::date, gen_random_uuid(), gen_random_uuid(), 'sms', '5', 'service', 'hi', 'FAIL',
        'E' || n % 25, now() - (CASE '\(kind)' WHEN 'hour' THEN interval '2 hours' ELSE interval '0' END)
      FROM generate_series(1, 60) AS n
      """)
    let reasons = try stats("--by", kind)["reasons"] ?? []
    let groups = Dictionary(grouping: reasons) { $0[kind] as? String ?? "" }.mapValues { rows in
      rows.map { ($0["reason"] as? String ?? "", $0["deliveries"] as? Int ?? 0) }
    }
    #expect(groups.count == 2, "\(groups)")
    let large = try #require(groups.values.first { $0.contains { $0.0 == "E1" } })
    let small = try #require(groups.values.first { $0.contains { $0.0 == "BOUNCED" } })
    #expect(small.map(\.0) == ["BOUNCED", "OPTED_OUT"] && small.map(\.1) == [2, 1])
    #expect(large.count == 21 && large.last?.0 == "(others)" && large.map(\.1).reduce(0, +) == 60)
    #expect(large.dropLast().map(\.1) == large.dropLast().map(\.1).sorted(by: >))
  }

  @Test func `what lies in the archive counts as well, and it says from when on there is something to count`() throws {
    try fill()
    try site.archive(daysAgo: 100, "'sms', '5', 'SUCCESS', NULL", count: 3)
    try site.archive(daysAgo: 99, "'email', '6', 'FAIL', 'BOUNCED'")
    #expect(try site.database.scalar("SELECT count(*) FROM notification.delivery_archive") == "4")
    let all = try object(["--since", "3000h", "--by", "channel"])
    let groups = all["groups"] as? [[String: Any]] ?? []
    let counts = Dictionary(
      uniqueKeysWithValues: groups.map { ($0["channel"] as? String ?? "", $0["all_of_them"] as? Int ?? 0) })
    #expect(counts == ["sms": 104, "email": 6])
    let reasons = all["reasons"] as? [[String: Any]] ?? []
    #expect(reasons.first { $0["reason"] as? String == "BOUNCED" }?["deliveries"] as? Int == 3)
    let oldest = try #require(try site.database.scalar("SELECT (now() AT TIME ZONE 'UTC')::date - 100"))
    #expect(all["countedFrom"] as? String == oldest)
    #expect(try site.bongsu("stats", "--since", "3000h").text.contains("go back to \(oldest)"))
    #expect(try object(["--since", "2399h"])["countedFrom"] is NSNull)
    #expect(try !site.bongsu("stats", "--since", "1h").text.contains("go back"))
  }

  @Test func `carriers' words are counted beside what was sent`() throws {
    try fill()
    try site.database.run(
      """
      UPDATE notification.delivery SET receipt = (CASE WHEN n <= 30 THEN 'DELIVERED' WHEN n <= 40 THEN 'UNDELIVERED'
        ELSE 'UNKNOWN' END)::notification.receipt
      FROM (SELECT delivery_id AS id, row_number() OVER () AS n FROM notification.delivery
        WHERE state = 'SUCCESS' AND event_time > now() - interval '1 day') AS k WHERE delivery_id = id AND n <= 45
      """)
    let groups = try stats("--by", "channel")["groups"] ?? []
    func number(_ name: String) -> Double? { (groups.first?[name] as? NSNumber)?.doubleValue }
    #expect(number("sent") == 100 && number("delivered") == 30 && number("undelivered") == 10)
    #expect(number("receipt_unknown") == 5 && number("delivered_percent") == 75)
    #expect(groups.last?["delivered_percent"] as? Double == nil)
    #expect(try site.bongsu("stats", "--until", "2999-01-01T00:00:00Z").text.contains("delivered_percent"))
  }

  @Test func `only the days' own partitions are read`() throws {
    try fill()
    let now = UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
    let query = try StatsQuery(since: UnixTime(milliseconds: now.milliseconds - 1_000), until: now)
    let connection = try site.operatorConnection()
    let today = "delivery_" + String(Timestamp(now).description.prefix(10)).replacing("-", with: "")
    for part in [query.groups, query.reasons] {
      let plan = try connection.execute("EXPLAIN \(part.sql)", part.parameters).column.joined(separator: "\n")
      let read = Set(plan.matches(of: /delivery_[0-9]{8}|delivery_default/).map { String($0.0) })
      #expect(read.contains(today) && read.count <= 3, "\(plan)")
    }
  }

  @Test(arguments: [
    (["--by", "colour"], 2, "--by takes hour, template, channel or category"),
    (["--since", "x"], 1, "--since takes a time"),
    (["--since", "1h", "--until", "2h"], 1, "--since is not before --until"),
  ])
  func `what cannot be used is refused, saying what can`(words: [String], code: Int32, message: String) throws {
    let (exit, text) = try site.bongsu(["stats"] + words)
    #expect(exit == .code(code) && text.contains(message), "\(exit): \(text)")
  }
}
