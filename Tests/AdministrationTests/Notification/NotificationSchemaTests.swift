import Postgres
import TestSupport
import Testing

/// What the tables refuse by themselves, and what follows from a change in them.
@Suite("The notification database's tables", .requires(.postgres))
struct NotificationSchemaTests {
  private let database: TestDatabase
  private let connection: PostgresConnection

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    try database.migrateNotification()
    connection = try database.connect()
    try connection.run(
      script: """
        INSERT INTO notification.app_user (user_id, email, phone_number)
        VALUES (1, 'a@example.com', '+821000000001'), (2, 'b@example.com', NULL);
        INSERT INTO notification.device (device_id, device_token, user_id, platform, app_id)
        VALUES (900, 'token-1', 1, 'ios', 'com.example');
        INSERT INTO notification.template (template_key, channel, locale, version, state, body)
        VALUES ('k', 'sms', 'ko', 1, 'active', 'x'), ('k', 'sms', 'ko', 2, 'draft', 'y')
        """)
  }

  @Test(arguments: [
    "INSERT INTO notification.app_user (user_id, email) VALUES (3, 'a@example.com')",
    "INSERT INTO notification.app_user (user_id, email) VALUES (3, E'a@b.c\\r\\nBcc: d@e.f')",
    "INSERT INTO notification.app_user (user_id, email) VALUES (3, 'no address')",
    "INSERT INTO notification.app_user (user_id, email, phone_number) VALUES (3, 'c@d.e', '010-1234-5678')",
    "INSERT INTO notification.app_user (user_id, email, phone_number) VALUES (3, 'c@d.e', '+821000000001')",
    "INSERT INTO notification.app_user (user_id, email, locale) VALUES (3, 'c@d.e', 'ko_KR')",
    "INSERT INTO notification.device (device_token, user_id, platform, app_id) VALUES ('token-1', 2, 'ios', 'a')",
    "INSERT INTO notification.device (device_token, user_id, platform, app_id) VALUES ('t', 9, 'ios', 'a')",
    "INSERT INTO notification.device (device_token, user_id, platform, app_id) VALUES ('t', 2, 'web', 'a')",
    "INSERT INTO notification.device (device_token, user_id, platform, app_id) VALUES ('t t', 2, 'ios', 'a')",
    "UPDATE notification.device SET disabled_at = now()",
    "INSERT INTO notification.preference (user_id, category, enabled) VALUES (1, 'service', false)",
    "INSERT INTO notification.preference (user_id, channel, enabled) VALUES (1, 'fax', false)",
    "INSERT INTO notification.preference (user_id, enabled) VALUES (1, false), (1, true)",
    "INSERT INTO notification.consent (user_id, kind, granted, source) VALUES (1, 'advertising', true, 'app')",
    "INSERT INTO notification.suppression (kind, address, reason) VALUES ('email', 'A@b.c', 'bounce')",
    "INSERT INTO notification.suppression (kind, address, reason) VALUES ('device', 'token', 'bounce')",
    "INSERT INTO notification.category (category, kind, bypasses_opt_out) VALUES ('sale', 'advertising', true)",
    "INSERT INTO notification.template (template_key, channel, body) VALUES ('m', 'email', 'no subject')",
    "INSERT INTO notification.template (template_key, channel, title, body) VALUES ('m', 'sms', 'title', 'b')",
    "UPDATE notification.template SET state = 'active'",
    "INSERT INTO notification.deferred VALUES (gen_random_uuid(), 'sms', '1', now(), 'night')",
    "INSERT INTO notification.dead_letter (topic, partition, record_offset, error_class, parked_at, state) "
      + "VALUES ('t', 0, 0, 'POISON', now(), 'purged')",
    "INSERT INTO notification.dead_letter (topic, partition, record_offset, error_class, parked_at, replayed_at) "
      + "VALUES ('t', 0, 0, 'POISON', now(), now())",
    "INSERT INTO notification.replay_sweep VALUES (gen_random_uuid(), 1, 1, now(), now(), NULL)",
    "INSERT INTO notification.replay_sweep VALUES (gen_random_uuid(), 0, 1, now())",
  ])
  func `a row that cannot be right is refused`(sql: String) {
    let error = #expect(throws: PostgresError.self) { try connection.run(script: sql) }
    #expect(error.map { SQLState.integrityConstraintViolation ~= $0.sqlState } == true, "\(error?.message ?? "")")
  }

  @Test func `an address that changes is not verified any more, and a number that goes takes its contact along`() throws
  {
    let contacts = "SELECT string_agg(kind || (verified_at IS NOT NULL), ' ' ORDER BY kind) FROM notification.contact "
    let verified = contacts + "WHERE user_id = 1"
    try connection.run(script: "UPDATE notification.contact SET verified_at = now()")
    #expect(try connection.execute(verified).scalar == "emailtrue phonetrue")
    try connection.run(
      script: "UPDATE notification.app_user SET email = 'c@example.com', locale = 'ko' WHERE user_id = 1")
    #expect(try connection.execute(verified).scalar == "emailfalse phonetrue")
    try connection.run(script: "UPDATE notification.app_user SET phone_number = NULL WHERE user_id = 1")
    #expect(try connection.execute(verified).scalar == "emailfalse")
    try connection.run(script: "UPDATE notification.app_user SET phone_number = '+821000000009' WHERE user_id = 1")
    #expect(try connection.execute(verified).scalar == "emailfalse phonefalse")
    #expect(try connection.execute(contacts + "WHERE user_id = 2").scalar == "emailtrue")
  }

  private func register(_ user: Int, _ token: String) throws -> String? {
    try connection.execute("SELECT notification.register_device(\(user), $1, 'ios', 'com.example')", [.text(token)])
      .scalar
  }

  @Test func `a token registered anew keeps its device, and under another user gets a new one`() throws {
    try connection.run(script: "UPDATE notification.device SET disabled_at = now(), disabled_reason = 'dead'")
    #expect(try register(1, "token-1") == "900")
    let moved = try #require(try register(2, "token-1"))
    #expect(moved != "900")
    let rows = try connection.execute("SELECT device_id, user_id, disabled_at FROM notification.device")
    #expect(rows.rowCount == 1)
    #expect([rows[0, 0], rows[0, 1], rows[0, 2]] == [moved, "2", nil])
  }

  @Test func `a dead token disables its device, unless that was registered later`() throws {
    let disable = "SELECT notification.disable_device(900, 'Unregistered', now() + $1::interval)"
    #expect(try connection.execute(disable, ["-1 day"]).scalar == "f")
    #expect(try connection.execute(disable, ["1 second"]).scalar == "t")
    #expect(try connection.execute(disable, ["1 second"]).scalar == "f")
  }

  @Test(arguments: [
    ("UPDATE notification.app_user SET locale = 'en' WHERE user_id = 1", true),
    ("UPDATE notification.contact SET verified_at = now() WHERE user_id = 1", true),
    ("UPDATE notification.device SET locale = 'en'", true), ("DELETE FROM notification.device", true),
    ("TRUNCATE notification.device", true),
    ("UPDATE notification.device SET device_token = 'new'", true),
    ("SELECT notification.register_device(1, 'another', 'android', 'com.example')", true),
    ("SELECT notification.register_device(2, 'token-1', 'ios', 'com.example')", true),
    ("SELECT notification.disable_device(900, 'dead', now())", true),
    ("UPDATE notification.device SET last_logged_in_at = now()", false),
    ("UPDATE notification.app_user SET locale = 'en' WHERE user_id = 2", false),
    ("INSERT INTO notification.preference (user_id, enabled) VALUES (1, false)", false),
  ])
  func `what a cache keeps of a user raises its version, and nothing else does`(sql: String, raises: Bool) throws {
    let version = "SELECT version FROM notification.app_user WHERE user_id = 1"
    let before = try connection.execute(version).scalar
    try connection.run(script: sql)
    #expect((try connection.execute(version).scalar != before) == raises)
  }

  @Test func `a user made anew never has an old version`() throws {
    let version = "SELECT version FROM notification.app_user WHERE user_id = 1"
    let before = try connection.execute(version).scalar.flatMap { Int($0) } ?? 0
    try connection.run(
      script: """
        DELETE FROM notification.app_user WHERE user_id = 1;
        INSERT INTO notification.app_user (user_id, email) VALUES (1, 'a@example.com')
        """)
    #expect(try connection.execute(version).scalar.flatMap { Int($0) } ?? 0 > before)
    #expect(try connection.execute("SELECT count(*) FROM notification.contact WHERE user_id = 1").scalar == "1")
  }

  @Test(arguments: [
    "UPDATE notification.template SET body = 'z' WHERE version = 1", "DELETE FROM notification.template",
    "INSERT INTO notification.template (template_key, channel, body) VALUES ('k', 'sms', 'b')",
    "UPDATE notification.template SET template_key = 'other'", "TRUNCATE notification.template",
    "SELECT notification.activate_template('k', 'sms', 'ko', 2)",
  ])
  func `any change of a template raises its key's version`(sql: String) throws {
    let version = "SELECT version FROM notification.template_version WHERE template_key = 'k'"
    let before = try connection.execute(version).scalar
    try connection.run(script: sql)
    #expect(try connection.execute(version).scalar != before)
  }

  @Test func `a version put into use retires the one that was, and an unknown one changes nothing`() throws {
    let active = "SELECT string_agg(version || state, ' ' ORDER BY version) FROM notification.template"
    #expect(try connection.execute("SELECT notification.activate_template('k', 'sms', 'ko', 2)").scalar == "t")
    #expect(try connection.execute(active).scalar == "1retired 2active")
    #expect(try connection.execute("SELECT notification.activate_template('k', 'sms', 'ko', 3)").scalar == "f")
    #expect(try connection.execute(active).scalar == "1retired 2active")
  }

  @Test func `every decision on a consent is kept as proof`() throws {
    try connection.run(
      script: """
        INSERT INTO notification.consent (user_id, kind, granted, source, reconfirm_at)
        VALUES (1, 'advertising', true, 'sign-up', now() + interval '2 years');
        UPDATE notification.consent SET granted = false, source = 'app', decided_at = now(), reconfirm_at = NULL;
        DELETE FROM notification.app_user WHERE user_id = 1
        """)
    let kept = "SELECT string_agg(source || granted, ' ' ORDER BY recorded_at) FROM notification.consent_history"
    #expect(try connection.execute(kept).scalar == "sign-uptrue appfalse")
  }
}
