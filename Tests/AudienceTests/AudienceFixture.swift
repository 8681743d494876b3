import Audience
import LocalServers
import NotificationModel
import Postgres
import Redis
import TestSupport

/// A notification database with a few users, and loaders on it that share one Redis under a prefix of their own.
struct AudienceFixture {
  let database: TestDatabase
  let connection: PostgresConnection
  let prefix = uniqueName("test") + ":"

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    try database.migrateNotification()
    connection = try database.connect()
    try run(
      """
      INSERT INTO notification.app_user (user_id, email, phone_number, locale, time_zone)
      VALUES (1, 'One@example.com', '+821000000001', 'ko-KR', 'Asia/Seoul'), (2, 'two@example.com', NULL, NULL, NULL);
      INSERT INTO notification.app_user (user_id, email) SELECT n, 'u' || n || '@example.com' FROM generate_series(10, 99) n;
      UPDATE notification.contact SET verified_at = '2026-01-01T00:00:00.5Z' WHERE user_id = 1 AND kind = 'email';
      INSERT INTO notification.device (device_id, device_token, user_id, platform, app_id, environment, registered_at)
      VALUES (501, 'token-1', 1, 'ios', 'com.example', 'sandbox', '2026-01-01T00:00:00Z'),
        (502, 'token-2', 1, 'android', 'com.example', 'production', '2026-01-01T00:00:00Z'),
        (503, 'token-3', 2, 'ios', 'com.example', 'production', '2026-01-01T00:00:00Z');
      INSERT INTO notification.template (template_key, channel, locale, version, state, title, body, required_parameters)
      VALUES ('hello', 'push', 'default', 1, 'active', 'Hi', 'Hello {{name}}', '{name,"a b"}'),
        ('hello', 'push', 'ko', 1, 'draft', 'Hi', 'x', '{}'), ('unused', 'push', 'default', 1, 'draft', NULL, 'x', '{}')
      """)
  }

  func run(_ script: String) throws { try connection.run(script: script) }

  var redisSettings: RedisSettings { get throws { try SharedServers.redis.redisSettings } }

  /// - Parameter redis: nil to do without.
  func loader(_ redis: RedisSettings?) throws -> AudienceLoader {
    AudienceLoader(try database.settings, redis: try redis.map { try RedisConnection($0) }, prefix: prefix)
  }

  /// As a router's own user reads.
  func loader() throws -> AudienceLoader {
    AudienceLoader(
      try database.user(in: "notification_router"), redis: try RedisConnection(redisSettings), prefix: prefix)
  }
}

extension AudienceBatch {
  /// What two loads of the same moment have in common.
  var summary: String {
    let people = users.values.sorted { $0.id < $1.id }
    let choices = settings.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.summary)" }
    let refused = suppressions.map { "\($0.key.text) \($0.value.reason)" }.sorted()
    let texts = templates.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.version) \($0.value.sorted)" }
    return "\(people)\n\(choices)\n\(refused)\n\(texts)"
  }
}

extension UserSettings {
  fileprivate var summary: String {
    let channels = channels.map { "\($0.key) \($0.value)" }.sorted()
    let categories = categories.map { "\($0.key.category) \($0.key.channel) \($0.value)" }.sorted()
    return "\(master as Bool?) \(channels) \(categories) \(advertising as Any) \(nightAdvertising as Any)"
  }
}

extension VersionedTemplates {
  fileprivate var sorted: [String] { definitions.map { "\($0)" }.sorted() }
}
