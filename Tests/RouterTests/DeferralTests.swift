import Foundation
import Kafka
import NotificationModel
import Postgres
import TestSupport
import Testing

@testable import Audience
@testable import Router

@Suite("Deliveries that wait", .requires(.postgres, .redis))
struct DeferralTests {
  private let fixture: BatchFixture
  private let router: BatchRouter

  init() throws {
    fixture = try BatchFixture()
    router = try fixture.router()
  }

  /// The rows that a release wrote into the outbox, as a relay would send them.
  private func released() throws -> [SourceRecord] {
    let rows = try fixture.database.connect().execute(
      "SELECT id, aggregateid, payload, headers FROM outbox.event ORDER BY created_at")
    return (0..<rows.rowCount).map { row in
      BatchFixture.record(rows[row, 2] ?? "", id: rows[row, 0] ?? "", offset: Int64(row))
    }
  }

  @Test func `advertising at night waits until the morning, but for e-mail`() throws {
    let event = BatchFixture.record(RouterSite.hello(1, category: "advertising"))
    let batch = try router.route([event], now: BatchFixture.night)
    #expect(try batch.summary() == ["email PENDING", "push.android NIGHT", "push.ios NIGHT", "sms NIGHT"])
    #expect(try batch.routed().map(\.deferrals) == [3])
    let morning = Timestamp("2026-11-26T08:00:00+09:00")!.time
    #expect(try batch.statuses().compactMap(\.until) == [morning, morning, morning])
    #expect(try fixture.database.scalar("SELECT count(*) FROM notification.deferred") == "3")

    // Routed again, as after a crash: the same deliveries wait once.
    let again = try router.route([event], now: BatchFixture.night)
    #expect(try again.statuses().map(\.deliveryID) == batch.statuses().map(\.deliveryID))
    #expect(try fixture.database.scalar("SELECT count(*) FROM notification.deferred") == "3")
  }

  @Test func `what is due comes back restricted to it, with the same ids and the first event's time`() throws {
    let event = BatchFixture.record(RouterSite.hello(1, category: "advertising"))
    let first = try router.route([event], now: BatchFixture.night)
    // The fixture's morning passed one day, by the server's clock.
    try fixture.database.run(
      "UPDATE notification.deferred SET due_at = now() + CASE channel WHEN 'sms' THEN '0 s' ELSE '1 day' END::interval")
    #expect(try DeferralStore(fixture.database.settings).release(most: 10) == 1)
    let back = try released()
    let second = try router.route(back, now: UnixTime(milliseconds: BatchFixture.noon.milliseconds + 86_400_000))
    let delivery = try #require(try second.deliveries().first)
    #expect(try second.deliveries().count == 1 && second.statuses().count == 1)
    #expect(delivery.channel == .sms && delivery.content.sms?.body == "(광고)Shop\nOrder A-1\n080-000-0000")
    #expect(try first.statuses().contains { $0.deliveryID == delivery.id && $0.reason == "NIGHT" })
    #expect(try delivery.eventTime == first.routed()[0].eventTime)
    #expect(try second.routed().map(\.isRelease) == [true])
  }

  @Test func `a scheduled event is judged when it is due: an opt-out until then counts`() throws {
    let event = BatchFixture.record(
      RouterSite.hello(1, category: "service", more: #", "deliverAt": "2026-11-26T12:00:00+09:00""#),
      headers: [SourceRecord.Header("bongsu-replay", "2"), SourceRecord.Header("tenant", "a\"b")])
    #expect(try router.route([event], now: BatchFixture.noon).summary().allSatisfy { $0.hasSuffix("SCHEDULED") })
    try fixture.database.run(
      """
      INSERT INTO notification.preference (user_id, channel, enabled) VALUES (1, 'sms', false);
      UPDATE notification.deferred SET due_at = now()
      """)
    #expect(try DeferralStore(fixture.database.settings).release(most: 10) == 4)
    #expect(try fixture.database.scalar("SELECT headers->>'tenant' FROM outbox.event") == "a\"b")
    let batch = try router.route(
      try released(), now: UnixTime(milliseconds: BatchFixture.noon.milliseconds + 86_400_000))
    #expect(try batch.summary() == ["email PENDING", "push.android PENDING", "push.ios PENDING", "sms OPTED_OUT"])
    #expect(try batch.deliveries().allSatisfy { $0.replay == 2 })
  }

  @Test func `releases of all routers together keep the rate`() throws {
    let events = (0..<30).map { _ in
      BatchFixture.record(
        RouterSite.hello(1, category: "service", more: #", "deliverAt": "2026-11-26T12:00:00+09:00""#))
    }
    _ = try router.route(events, now: BatchFixture.noon)
    try fixture.database.run("UPDATE notification.deferred SET due_at = now()")
    let stores = [DeferralStore(try fixture.database.settings), DeferralStore(try fixture.database.settings)]
    // A bucket holds a second's worth, which the first takes; within the same moment the other gets next to nothing.
    #expect(try stores[0].release(most: 1_000, perSecond: 50) == 50)
    try #expect(stores[1].release(most: 1_000, perSecond: 50) < 45)
  }
}
