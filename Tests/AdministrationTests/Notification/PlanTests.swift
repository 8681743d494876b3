import Audience
import Kafka
import LocalServers
import NotificationModel
import Postgres
import Runtime
import TestSupport
import Testing

@testable import Administration
@testable import Redrive

/// What PostgreSQL does for the very statements that roles and commands run, with 20,000 rows as with millions: it goes by
/// indexes, and reads from end to end only what is empty.
@Suite("The plans of what is run", .requires(.postgres), .serialized)
struct PlanTests {
  /// A server of their own: its log is theirs.
  private static let database = Result {
    let database = try PostgresServer().newDatabase()
    try database.migrateNotification()
    for script in [people, waiting, log] { try database.run(script) }
    try database.run("VACUUM ANALYZE")
    return database
  }

  private static let people = """
    INSERT INTO notification.app_user (user_id, email, phone_number)
    SELECT n, 'u' || n || '@example.com', '+82' || 1000000000 + n FROM generate_series(1, 20000) n;
    INSERT INTO notification.device (device_token, user_id, platform, app_id)
    SELECT 't' || n, n % 20000 + 1, 'ios', 'com.example' FROM generate_series(1, 30000) n;
    INSERT INTO notification.preference (user_id, enabled) SELECT n, false FROM generate_series(1, 20000) n;
    INSERT INTO notification.consent (user_id, kind, granted, source)
    SELECT n, 'advertising', false, 'app' FROM generate_series(1, 20000) n;
    INSERT INTO notification.suppression (kind, address, reason)
    SELECT 'email', 'u' || n || '@example.com', 'bounce' FROM generate_series(1, 20000) n;
    INSERT INTO notification.template (template_key, channel, state, body)
    SELECT 'k' || n, 'sms', 'active', 'b' FROM generate_series(1, 5000) n
    """

  /// 500 of them are due.
  private static let waiting = """
    INSERT INTO notification.deferred_event
    SELECT md5(n::text)::uuid, 'user', 'u', 'n', '{}', NULL, now() FROM generate_series(1, 20000) n;
    INSERT INTO notification.deferred
    SELECT md5(n::text)::uuid, 'sms', '1', now() + (n - 500) * interval '1 minute', 'night'
    FROM generate_series(1, 20000) n;
    INSERT INTO notification.dead_letter
      (topic, partition, record_offset, error_class, parked_at, event_id, delivery_id)
    SELECT 't', 0, n, 'POISON', now() - n * interval '1 minute', md5(n::text)::uuid, md5(n::text)::uuid FROM generate_series(1, 20000) n
    """

  /// Two days, of which 100 deliveries are not at an end.
  private static let log = """
    INSERT INTO notification.delivery
      (event_day, delivery_id, event_id, channel, target, state, event_time, user_id, updated_at)
    SELECT current_date - n % 2, md5(n::text)::uuid, md5(n::text)::uuid, 'sms', '1',
      CASE WHEN n <= 100 THEN 'PENDING' ELSE 'SUCCESS' END, now(), n % 1000, now() - interval '5 hours'
    FROM generate_series(1, 40000) n;
    INSERT INTO notification.delivery_event (event_day, delivery_id, replay, attempt, state, happened_at)
    SELECT current_date - n % 2, md5(n::text)::uuid, 0, 1, 'RETRYING', now() FROM generate_series(1, 40000) n;
    INSERT INTO notification.routed_event
      (event_day, event_id, deliveries, suppressions, deferrals, routed_at, origin)
    SELECT current_date - n % 2, md5(n::text)::uuid, 1, 0, 0, now(), 't/0/' || n FROM generate_series(1, 40000) n
    """

  /// - Parameters:
  ///   - tables: which are to be read by an index; a partition by the name of its table.
  ///   - small: tables of a few rows whatever the traffic.
  private func expectIndexes(
    _ mode: PlanLog.Mode, of tables: Set<String>, small: Set<String> = [], _ body: (ConnectionSettings) throws -> Void
  ) throws {
    let database = try Self.database.get()
    let plans = try PlanLog(database).plans(mode, of: body)
    let found = Set(plans.flatMap(\.found))
    for table in tables {
      #expect(found.contains { $0 == table || $0.hasPrefix("\(table)_2") }, "\(table) of \(found): \(plans)")
    }
    for plan in plans {
      // PostgreSQL's own tables grow with the schema, not with the traffic.
      for table in plan.scanned where !small.contains(table) && !table.hasPrefix("pg_") {
        #expect(try database.scalar("SELECT count(*) FROM notification.\(table)") == "0", "\(table):\n\(plan)")
      }
    }
  }

  private static let event = "c4ca4238-a0b9-2382-0dcc-509a6f75849b"

  @Test(arguments: PlanLog.Mode.allCases)
  func `a batch's audience is loaded`(mode: PlanLog.Mode) throws {
    let tables: Set = [
      "app_user", "contact", "device", "preference", "consent", "suppression", "template", "template_version",
    ]
    try expectIndexes(mode, of: tables, small: ["category"]) { settings in
      let request = AudienceRequest(
        users: Set((1...20).map { $0 * 900 }), addresses: [.phone("+821"), .email("a@b.c")],
        templates: Set((1...5).map { "k\($0 * 900)" }))
      let loaded = try AudienceLoader(settings, redis: nil).load(request)
      #expect(loaded.users.count == 20 && loaded.templates.count == 5)
    }
  }

  @Test(arguments: PlanLog.Mode.allCases)
  func `what is due is released and counted, and what waits is kept`(mode: PlanLog.Mode) throws {
    try expectIndexes(mode, of: ["deferred", "deferred_event"], small: ["release_pace", "event_table"]) { settings in
      let store = DeferralStore(settings)
      #expect(try store.due().count > 100)
      #expect(try store.release(most: 50, perSecond: 100_000) == 50)
      let time = UnixTime(milliseconds: 4_000_000_000_000)
      try store.keep([
        DeferredEvent(
          id: Self.event, aggregateType: "user", aggregateID: "u", type: "n", payload: "{}", eventTime: time,
          deliveries: [DeferredDelivery(channel: "email", target: "1", dueAt: time, reason: "night")])
      ])
    }
  }

  @Test(arguments: PlanLog.Mode.allCases)
  func `a trace is gathered`(mode: PlanLog.Mode) throws {
    let tables: Set = ["delivery", "delivery_event", "routed_event", "dead_letter", "deferred"]
    try expectIndexes(mode, of: tables) { settings in
      let reader = TraceReader(try PostgresConnection(settings), outboxes: [])
      let facts = try reader.facts(reader.subject(Self.event))
      #expect(facts.deliveries.count == 1 && facts.routed.count == 1 && facts.deadLetters.count == 1)
      #expect(try reader.events(ofUser: 7, since: UnixTime(milliseconds: 0), limit: 20).count == 20)
      #expect(try reader.lastRecorded() != nil)
    }
  }

  @Test(arguments: PlanLog.Mode.allCases)
  func `dead letters are listed, counted and purged`(mode: PlanLog.Mode) throws {
    try expectIndexes(mode, of: ["dead_letter"]) { settings in
      let store = DeadLetterStore(try PostgresConnection(settings))
      var filter = DeadLetterFilter()
      #expect(try store.list(filter, limit: 100).rows.count == 100)
      filter.ids = [1, 2, 3]
      #expect(try store.count(filter) <= 3)
      #expect(try store.purge(filter, by: "a test") <= 3)
    }
  }

  @Test(arguments: PlanLog.Mode.allCases)
  func `what nothing is heard of is swept`(mode: PlanLog.Mode) throws {
    try expectIndexes(mode, of: ["delivery", "routed_event"]) { settings in
      let sweeper = SweeperSettings(kafka: KafkaSettings(bootstrapServers: "127.0.0.1:1"), database: settings)
      let store = SweepStore(connection: try PostgresConnection(settings), settings: sweeper)
      let now = UnixTime(milliseconds: SystemTime.unixMicroseconds() / 1_000)
      #expect(try store.begin())
      #expect(try store.isAnySilent(now: now))
      #expect(try store.cases(now: now, without: LaneFronts()).count == 100)
      #expect(try store.held(by: .everything, now: now) == 100)
      try store.end()
    }
  }
}
