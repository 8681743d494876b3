import Foundation
import LocalServers
import NotificationModel
import Postgres
import TestSupport
import Testing

@Suite("bongsu trace", .requires(.postgres))
struct TraceCommandTests {
  private let site: LogSite
  private let event = "0199f3c1-7b7e-7cc0-a8f2-3f1f0d3b2a10"
  private let delivery = "5b0e2a52-63a3-5f6e-9d0a-0a1a2a3a4a5a"
  private let other = "5b0e2a52-63a3-5f6e-9d0a-0a1a2a3a4a5b"

  init() throws {
    site = try LogSite()
    try site.database.run(
      """
      INSERT INTO notification.routed_event (event_day, event_id, replay, deliveries, suppressions, deferrals, routed_at)
      VALUES (current_date, '\(event)', 0, 2, 0, 0, now());
      INSERT INTO notification.delivery (event_day, delivery_id, event_id, user_id, channel, target, category, state,
        attempt, provider_id, event_time, pending_at, processing_at, finished_at)
      VALUES
        (current_date, '\(delivery)', '\(event)', 17, 'sms', '5', 'service', 'SUCCESS', 2, 'm-9',
          now() - interval '2 seconds', now(), now(), now()),
        (current_date, '\(other)', '\(event)', 18, 'email', '6', 'service', 'PENDING', 0, NULL,
          now() - interval '2 seconds', now(), NULL, NULL);
      INSERT INTO notification.delivery_event (event_day, delivery_id, replay, attempt, state, reason, happened_at)
      VALUES (current_date, '\(delivery)', 0, 1, 'RETRYING', 'TIMEOUT', now())
      """)
  }

  @Test func `an event's id tells all of it, a delivery's that one, a user's id what was for them`() throws {
    let whole = try site.bongsu("trace", event)
    #expect(whole.exit.isSuccess)
    for part in ["routed: 2 deliveries", "sms to user 17", "RETRYING TIMEOUT", "m-9", "email to user 18", "total: 2."] {
      #expect(whole.text.contains(part), "\(part): \(whole.text)")
    }
    let one = try site.bongsu("trace", delivery.uppercased()).text
    #expect(one.contains("sms to user 17") && !one.contains("email to user 18"), "\(one)")
    let user = try site.bongsu("trace", "--user", "18").text
    #expect(user.contains("email to user 18") && !user.contains("sms to user 17"), "\(user)")
    let none = try site.bongsu("trace", "--user", "19", "--since", "2h")
    #expect(none.exit == .code(1) && none.text.contains("nothing for user 19"), "\(none.text)")
  }

  @Test func `the outbox's row is found where an outbox is named, and what keeps from it is noted`() throws {
    let shop = try SharedServers.postgres.newDatabase()
    try shop.migrate(tables: 2)
    let id = try #require(
      try shop.scalar("SELECT outbox.enqueue('user', '17', 'order', '{}')"))
    let found = try site.bongsu("trace", id, "--outbox-dsn", shop.conninfo, "--json")
    #expect(found.exit.isSuccess, "\(found.text)")
    let object = try JSONSerialization.jsonObject(with: Data(found.text.utf8)) as? [String: Any]
    #expect((object?["writtenTo"] as? String)?.hasPrefix("outbox: outbox.event") == true, "\(found.text)")
    #expect((object?["notes"] as? [String])?.first?.contains("it waits for its relay") == true)
    let closed = try site.bongsu("trace", event, "--outbox-dsn", "host=127.0.0.1 port=1 dbname=x user=y")
    #expect(closed.exit.isSuccess && closed.text.contains("note: outbox outbox was not looked into"), "\(closed.text)")
  }

  @Test func `a member of outbox_auditor may look, and whoever may not hears what to type, and all else`() throws {
    let login = try site.database.userDSN(in: "outbox_auditor, notification_operator")
    let id = try #require(try site.database.scalar("SELECT outbox.enqueue('user', '17', 'order', '{}')"))
    let found = try site.bongsu("trace", id, "--dsn", login, "--outbox-dsn", login)
    #expect(found.exit.isSuccess && found.text.contains("written to outbox: outbox.event"), "\(found.text)")
    #expect(throws: PostgresError.self) {
      try PostgresConnection(ConnectionSettings(conninfo: login)).run(script: "SELECT payload FROM outbox.event")
    }
    let (exit, text) = try site.bongsu("trace", event, "--outbox-dsn", site.operatorDSN)
    #expect(exit.isSuccess && text.contains("sms to user 17"), "\(text)")
    #expect(text.contains("(SQLSTATE 42501); type GRANT outbox_auditor TO u_"), "\(text)")
  }

  @Test func `a dead letter and a deferral are on its way`() throws {
    try site.database.run(
      """
      INSERT INTO notification.deferred_event VALUES ('\(event)', 'user', '1', 'n', '{}', NULL, now());
      INSERT INTO notification.deferred VALUES ('\(event)', 'push.ios', '900', now() + interval '1 hour', 'NIGHT', now())
      """)
    try site.park(.init(eventID: event, deliveryID: delivery))
    let text = try site.bongsu("trace", event).text
    #expect(text.contains("push.ios to 900 waits until") && text.contains("parked as dead letter 1: STALE"), "\(text)")
  }

  @Test func `a delivery's pointer, which names no event, is told by either id, with who replayed it`() throws {
    let unrecorded = "5b0e2a52-63a3-5f6e-9d0a-0a1a2a3a4a5c"
    for id in [delivery, other, unrecorded] {
      try site.insert("{}", "{}", origin: nil, deliveryID: id, code: "MSG_SIZE_TOO_LARGE")
    }
    try site.database.run(
      "UPDATE notification.dead_letter SET state = 'replayed', changed_at = now(), changed_by = 'kim, ticket 9'")
    let whole = try site.bongsu("trace", event).text
    #expect(whole.contains("dead letter 1 replayed by kim, ticket 9, as replay 1"), "\(whole)")
    #expect(whole.contains("dead letter 2 replayed") && !whole.contains("dead letter 3"), "\(whole)")
    for question in [[delivery], ["--user", "17"]] {
      let one = try site.bongsu(["trace"] + question).text
      #expect(one.contains("dead letter 1 replayed") && !one.contains("dead letter 2"), "\(one)")
      #expect(one.contains("note: dead letter 1 was replayed"), "\(one)")
    }
    let alone = try site.bongsu("trace", unrecorded)
    #expect(alone.exit.isSuccess)
    #expect(alone.text.contains("delivery \(unrecorded), which is not recorded"), "\(alone.text)")
  }

  @Test func `what has moved into the archive is told from there, by event, delivery and user`() throws {
    let old = try site.archive(daysAgo: 100, "'sms', '5', 'SUCCESS', NULL", count: 2, user: 77)
    #expect(try site.database.scalar("SELECT count(*) FROM notification.delivery WHERE event_id = '\(old)'") == "0")
    let id = try #require(
      try site.database.scalar("SELECT delivery_id FROM notification.delivery_archive WHERE target = '5-2'"))
    let note = "note: from the archive"
    let whole = try site.bongsu("trace", old)
    #expect(whole.exit.isSuccess)
    for part in ["routed: 2 deliveries", "target 5-1", "target 5-2", "RETRYING TIMEOUT", "total: 3.0 s", note] {
      #expect(whole.text.contains(part), "\(part): \(whole.text)")
    }
    #expect(!whole.text.contains("not recorded"), "\(whole.text)")
    let one = try site.bongsu("trace", id)
    #expect(one.exit.isSuccess && one.text.contains("target 5-2") && one.text.contains(note), "\(one.text)")
    #expect(!one.text.contains("target 5-1"), "\(one.text)")
    let user = try site.bongsu("trace", "--user", "77", "--since", "3000h")
    #expect(user.text.contains("target 5-1") && user.text.contains(note), "\(user.text)")
    #expect(try site.bongsu("trace", old, "--json").text.filter { !$0.isWhitespace }.contains(#""isArchived":true"#))
    #expect(try !site.bongsu("trace", event).text.contains(note))
  }

  @Test func `an event whose day is partly in the archive is told once, by its last numbers`() throws {
    let old = try site.archive(daysAgo: 100, "'sms', '5', 'SUCCESS', NULL", user: 78)
    // What is written of it now lies in the log's default partition.
    try site.database.run(
      """
      INSERT INTO notification.routed_event (event_day, event_id, replay, deliveries, suppressions, deferrals, routed_at)
      SELECT event_day, event_id, 1, 2, 0, 0, now() FROM notification.routed_event_archive WHERE event_id = '\(old)'
      """)
    let text = try site.bongsu("trace", old).text
    #expect(text.contains("routed again (replay 1): 2 deliveries") && !text.contains("routed: 1"), "\(text)")
  }

  @Test func `an id that nobody knows ends with 1 and says where it may be`() throws {
    let (exit, text) = try site.bongsu("trace", "0199f3c1-7b7e-7cc0-a8f2-000000000000")
    #expect(exit == .code(1) && text.contains("nobody has heard of this id"), "\(text)")
    #expect(text.contains("the recorder wrote last at") && text.contains("bongsu-recorder"), "\(text)")
    #expect(text.contains("the log and its archive go back to 20"), "\(text)")
  }

  @Test(arguments: [
    ([], 2, "give an event's or a delivery's id"), (["17"], 1, "is no id"),
    (["--user", "x"], 1, "'x' is no user's id"), (["--user", "1", "--since", "soon"], 1, "--since takes a time"),
    (["0199f3c1-7b7e-7cc0-a8f2-3f1f0d3b2a10", "--user", "1"], 2, "--user stands beside an id"),
  ])
  func `what cannot be used is refused, saying what can`(words: [String], code: Int32, message: String) throws {
    let (exit, text) = try site.bongsu(["trace"] + words)
    #expect(exit == .code(code) && text.contains(message), "\(exit): \(text)")
  }
}
