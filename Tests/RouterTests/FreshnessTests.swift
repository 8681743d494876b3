import NotificationModel
import Redis
import TestSupport
import Testing

@testable import Router

/// What plain SQL changes holds for the next batch of every router, however warm its caches are.
@Suite("A change by plain SQL", .requires(.postgres, .redis))
struct FreshnessTests {
  private let fixture: BatchFixture
  private let routers: [BatchRouter]

  init() throws {
    fixture = try BatchFixture()
    routers = [try fixture.router(), try fixture.router()]
    for router in routers { _ = try router.route([BatchFixture.record(RouterSite.hello(1))], now: BatchFixture.noon) }
  }

  /// What each router makes of the same event.
  private func route(_ category: String = "service") throws -> [RoutedBatch] {
    try routers.map {
      try $0.route([BatchFixture.record(RouterSite.hello(1, category: category))], now: BatchFixture.noon)
    }
  }

  @Test func `an opt-out of a category and channel is honoured`() throws {
    try fixture.database.run(
      "INSERT INTO notification.preference (user_id, category, channel, enabled) VALUES (1, 'service', 'push', false)")
    for batch in try route() {
      #expect(
        try batch.summary() == [
          "email PENDING", "push.android OPTED_OUT", "push.ios OPTED_OUT", "sms PENDING",
        ])
    }
  }

  @Test func `the master switch ends all but what is about security`() throws {
    try fixture.database.run("INSERT INTO notification.preference (user_id, enabled) VALUES (1, false)")
    for batch in try route() { #expect(try batch.statuses().allSatisfy { $0.reason == "OPTED_OUT" }) }
    for batch in try route("security") { #expect(try batch.deliveries().count == 4) }
  }

  @Test func `a new device is reached, a disabled one is not`() throws {
    try fixture.database.run(
      """
      UPDATE notification.device SET disabled_at = now(), disabled_reason = 'signed out' WHERE device_id = 2;
      INSERT INTO notification.device (device_id, user_id, platform, app_id, device_token)
      VALUES (900, 1, 'ios', 'com.example', 'new-token')
      """)
    for batch in try route() {
      let targets = try batch.deliveries().map(\.target)
      #expect(targets.contains("900") && !targets.contains("2"))
      #expect(try batch.summary().contains("push.ios DEVICE_DISABLED"))
    }
  }

  @Test func `a changed template is rendered`() throws {
    try fixture.database.run(
      "UPDATE notification.template SET body = 'Changed {{order}}' WHERE template_key = 'hello' AND channel = 'sms'")
    for batch in try route() {
      #expect(try batch.deliveries().compactMap(\.content.sms?.body) == ["Changed A-1"])
    }
  }

  @Test func `a suppressed address gets nothing`() throws {
    try fixture.database.run(
      """
      INSERT INTO notification.suppression (kind, address, reason) VALUES ('email', 'user-1@example.com', 'complaint')
      """)
    for batch in try route("transactional") { #expect(try batch.summary().contains("email SUPPRESSED_ADDRESS")) }
  }
}
