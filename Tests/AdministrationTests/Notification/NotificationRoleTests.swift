import Postgres
import TestSupport
import Testing

/// Users of the groups, as a DBA makes them: what each can do, and nothing else.
@Suite("The notification database's roles", .requires(.postgres))
struct NotificationRoleTests {
  private let database: TestDatabase

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    try database.migrateNotification()
    try database.run(
      """
      INSERT INTO notification.app_user (user_id, email) VALUES (1, 'a@example.com');
      INSERT INTO notification.device (device_id, device_token, user_id, platform, app_id)
      VALUES (900, 'token-1', 1, 'ios', 'com.example')
      """)
  }

  private func check(_ group: String, may: [String], mayNot: [String]) throws {
    let connection = try PostgresConnection(database.user(in: group))
    for sql in may { #expect(throws: Never.self, "\(sql)") { try connection.run(script: sql) } }
    for sql in mayNot {
      let error = #expect(throws: PostgresError.self, "\(sql)") { try connection.run(script: sql) }
      #expect(error?.sqlState == .insufficientPrivilege, "\(sql)")
    }
  }

  @Test func `a service keeps people and their choices, and neither templates nor logs`() throws {
    try check(
      "notification_service",
      may: [
        "INSERT INTO notification.app_user (user_id, email) VALUES (2, 'b@example.com')",
        "UPDATE notification.app_user SET phone_number = '+821012345678' WHERE user_id = 2",
        "SELECT notification.register_device(2, 't', 'android', 'com.example')",
        "UPDATE notification.contact SET verified_at = now() WHERE user_id = 2",
        "INSERT INTO notification.preference (user_id, enabled) VALUES (2, false)",
        "INSERT INTO notification.consent (user_id, kind, granted, source) VALUES (2, 'advertising', false, 'app')",
        "INSERT INTO notification.suppression (kind, address, reason) VALUES ('phone', '+821012345678', 'request')",
        "DELETE FROM notification.app_user WHERE user_id = 2",
      ],
      mayNot: [
        "UPDATE notification.app_user SET version = 1", "SELECT * FROM notification.template",
        "SELECT * FROM notification.delivery", "DELETE FROM notification.suppression",
        "DELETE FROM notification.consent", "SELECT * FROM notification.consent_history",
        "UPDATE notification.category SET bypasses_opt_out = true", "SELECT notification.release_deferred(1)",
        "SELECT nextval('notification.version')", "UPDATE notification.device SET user_id = 2",
        "INSERT INTO notification.contact (user_id, kind) VALUES (1, 'phone')",
      ])
  }

  @Test func `a router reads what decides, defers and releases, and changes nobody's data`() throws {
    try check(
      "notification_router",
      may: [
        "SELECT * FROM notification.app_user, notification.contact, notification.device",
        "SELECT * FROM notification.preference, notification.consent, notification.suppression, notification.category",
        "SELECT * FROM notification.template, notification.template_version",
        "INSERT INTO notification.deferred_event VALUES (gen_random_uuid(), 'user', '1', 'n', '{}', NULL, now())",
        "SELECT notification.release_deferred(10)",
      ],
      mayNot: [
        "DELETE FROM notification.deferred", "UPDATE notification.device SET disabled_at = now()",
        "SELECT notification.register_device(1, 't', 'android', 'com.example')", "SELECT * FROM outbox.event",
        "DELETE FROM notification.preference", "INSERT INTO notification.consent VALUES (1)",
        "SELECT * FROM notification.dead_letter",
      ])
  }

  @Test func `a recorder writes the log, parks and disables, and reads nobody's address`() throws {
    try check(
      "notification_recorder",
      may: [
        "SELECT * FROM notification.delivery, notification.delivery_event, notification.dead_letter",
        "SELECT notification.disable_device(900, 'Unregistered', now())", "SELECT * FROM notification.maintain()",
        "SELECT notification.suppress_contact(1, 'email', '0000', 'hard_bounce', now())",
        "INSERT INTO notification.dead_letter (topic, partition, record_offset, error_class, parked_at) "
          + "VALUES ('notification.parked', 0, 0, 'POISON', now())",
        "INSERT INTO notification.replay_sweep VALUES (gen_random_uuid(), 1, 1, now())",
        "DELETE FROM notification.replay_sweep",
      ],
      mayNot: [
        "SELECT * FROM notification.app_user", "SELECT * FROM notification.device",
        "DELETE FROM notification.delivery", "UPDATE notification.dead_letter SET state = 'purged'",
        "SELECT * FROM notification.suppression", "SELECT notification.address_mark('a')",
        "INSERT INTO notification.suppression (kind, address, reason) VALUES ('email', 'a@b.c', 'bounce')",
        "UPDATE notification.dead_letter SET replayed_at = now(), replayed_by = 'me'",
      ])
  }

  @Test func `a worker reads what it asks carriers about, and writes nothing but when it asks next`() throws {
    try check(
      "notification_worker",
      may: [
        "SELECT * FROM notification.delivery, notification.awaited_receipt",
        "UPDATE notification.awaited_receipt SET due_at = now(), asks = asks + 1",
      ],
      mayNot: [
        "UPDATE notification.awaited_receipt SET provider_id = 'x'", "DELETE FROM notification.awaited_receipt",
        "INSERT INTO notification.awaited_receipt VALUES (now(), gen_random_uuid(), 'a:b', now(), now())",
        "UPDATE notification.delivery SET receipt = 'DELIVERED'", "SELECT * FROM notification.app_user",
        "SELECT * FROM notification.dead_letter", "SELECT * FROM notification.delivery_archive",
      ])
  }

  @Test func `an operator keeps templates, categories and dead letters, and rewrites no log`() throws {
    try check(
      "notification_operator",
      may: [
        "INSERT INTO notification.template (template_key, channel, body) VALUES ('k', 'sms', 'b')",
        "SELECT notification.activate_template('k', 'sms', 'default', 1)",
        "INSERT INTO notification.category VALUES ('order', 'service')", "DELETE FROM notification.suppression",
        "UPDATE notification.dead_letter SET state = 'purged', value = NULL, changed_at = now(), changed_by = 'me'",
        "UPDATE notification.dead_letter SET replayed_at = now(), replayed_by = 'me'",
        "SELECT * FROM notification.replay_sweep",
        "SELECT * FROM notification.delivery, notification.deferred, notification.consent_history",
      ],
      mayNot: [
        "UPDATE notification.delivery SET state = 'SUCCESS'", "DELETE FROM notification.dead_letter",
        "DELETE FROM notification.replay_sweep",
        "DELETE FROM notification.consent_history", "SELECT notification.release_deferred(1)",
        "UPDATE notification.template_version SET version = 1",
      ])
  }
}
