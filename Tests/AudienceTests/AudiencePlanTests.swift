import LocalServers
import Postgres
import TestSupport
import Testing

@testable import Audience

/// What PostgreSQL does for a batch of 20 out of 20,000 users, as it does for 1,000 out of a million.
@Suite("The plans of a batch's queries", .requires(.postgres))
struct AudiencePlanTests {
  /// As many rows for all cases together.
  private static let database = Result {
    let database = try SharedServers.postgres.newDatabase()
    try database.migrateNotification()
    try database.run(
      """
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
      SELECT 'k' || n, 'sms', 'active', 'b' FROM generate_series(1, 5000) n;
      INSERT INTO notification.deferred_event
      SELECT md5(n::text)::uuid, 'user', 'u', 'n', '{}', NULL, now() FROM generate_series(1, 20000) n;
      INSERT INTO notification.deferred
      SELECT md5(n::text)::uuid, 'sms', '1', now() + n * interval '1 minute', 'night' FROM generate_series(1, 20000) n;
      INSERT INTO notification.dead_letter (topic, partition, record_offset, error_class, parked_at, event_id)
      SELECT 't', 0, n, 'POISON', now(), md5(n::text)::uuid FROM generate_series(1, 20000) n;
      INSERT INTO notification.delivery (event_day, delivery_id, event_id, channel, target, state, event_time, user_id)
      SELECT current_date, md5(n::text)::uuid, md5(n::text)::uuid, 'sms', '1', 'SUCCESS', now(), n
      FROM generate_series(1, 20000) n
      """)
    try database.run("ANALYZE")
    return database
  }

  /// For these parameters, and for any, as the server plans what it has prepared a while ago.
  private func plans(_ sql: String, _ parameters: [SQLValue]) throws -> [String] {
    let values = parameters.map { value in if case .text(let text) = value { "'\(text)'" } else { "NULL" } }
    let execute = "q(\(values.joined(separator: ", ")))"
    return try ["force_custom_plan", "force_generic_plan"].map { mode in
      let connection = try Self.database.get().connect()
      try connection.run(script: "SET plan_cache_mode = \(mode); PREPARE q AS \(sql)")
      return try connection.execute("EXPLAIN (COSTS OFF) EXECUTE \(execute)").column.joined(separator: "\n")
    }
  }

  private static let ids = SQLValue.array((1...20).map { Int64($0 * 900) })
  private static let keys = SQLValue.array((1...5).map { "k\($0 * 900)" })

  @Test(
    arguments: [
      ("versions", AudienceQueries.userVersions, [ids]), ("preferences", AudienceQueries.preferences, [ids]),
      ("consents", AudienceQueries.consents, [ids]), ("users", AudienceQueries.users, [ids]),
      ("devices", AudienceQueries.devices, [ids]),
      ("suppressions", AudienceQueries.suppressions, [ids, "{phone,email}", "{+821,a@b.c}"]),
      ("template versions", AudienceQueries.templateVersions, [keys]), ("templates", AudienceQueries.templates, [keys]),
      (
        "due", "SELECT event_id FROM notification.deferred WHERE due_at <= now() ORDER BY due_at, event_id LIMIT $1",
        ["100"]
      ),
      ("open", "SELECT * FROM notification.dead_letter WHERE state = 'open' ORDER BY parked_at LIMIT $1", ["100"]),
      (
        "parked", "SELECT * FROM notification.dead_letter WHERE event_id = $1", ["c4ca4238-a0b9-2382-0dcc-509a6f75849b"]
      ),
      ("trace", "SELECT * FROM notification.delivery WHERE event_id = $1", ["c4ca4238-a0b9-2382-0dcc-509a6f75849b"]),
      (
        "a user's log", "SELECT * FROM notification.delivery WHERE user_id = $1 ORDER BY event_time DESC LIMIT 20",
        ["7"]
      ),
      (
        "unfinished",
        "SELECT * FROM notification.delivery WHERE state IN ('PENDING', 'PROCESSING') AND updated_at < $1",
        ["2026-01-01"]
      ),
    ] as [(String, String, [SQLValue])])
  func `every query goes by an index`(name: String, sql: String, parameters: [SQLValue]) throws {
    for plan in try plans(sql, parameters) {
      // A partition without rows is read as a whole, as it has nothing.
      let scans = plan.split(separator: "\n").filter { $0.contains("Seq Scan") && !$0.contains("delivery") }
      #expect(scans.isEmpty, "\(name):\n\(plan)")
      #expect(plan.contains("Index"), "\(name):\n\(plan)")
    }
  }
}
