import LocalServers
import NotificationModel
import Redis
import TestSupport
import Testing

@testable import Audience

/// Random changes by SQL and random loads by several routers that share a Redis: each load must say what PostgreSQL
/// says at that moment.
@Suite("Caches through random histories", .requires(.postgres, .redis))
struct AudienceHistoryTests {
  @Test(arguments: [1, 2])
  func `no load ever shows what is not in the database`(seed: UInt64) throws {
    let fixture = try AudienceFixture()
    var random = SeededGenerator(seed: seed)
    let loaders = try (0..<3).map { _ in
      AudienceLoader(
        try fixture.database.settings, redis: try RedisConnection(fixture.redisSettings), prefix: fixture.prefix,
        localUsers: 8)
    }
    let truth = try fixture.loader(nil)
    for step in 0..<80 {
      if Bool.random(using: &random) { try fixture.run(change(step, &random)) }
      let request = AudienceRequest(
        users: Set((0..<12).map { _ in Int64.random(in: 1...30, using: &random) }), templates: ["hello", "t1", "t2"])
      let loader = loaders[Int.random(in: 0..<3, using: &random)]
      let loaded = try loader.load(request)
      if Bool.random(using: &random) { loader.flush() }
      #expect(try loaded.summary == truth.load(request).summary, "seed \(seed), step \(step)")
    }
    #expect(loaders.allSatisfy { $0.counts.local > 0 && $0.counts.cached > 0 && $0.counts.read > 0 })
  }

  private func change(_ step: Int, _ random: inout SeededGenerator) -> String {
    let user = Int.random(in: 1...30, using: &random)
    let changes = [
      "INSERT INTO notification.app_user (user_id, email) VALUES (\(user), 's\(step)@example.com') ON CONFLICT DO NOTHING",
      "DELETE FROM notification.app_user WHERE user_id = \(user)",
      "UPDATE notification.app_user SET email = 's\(step)@example.com', phone_number = NULL WHERE user_id = \(user)",
      "UPDATE notification.app_user SET phone_number = '+82100000\(1_000 + step)' WHERE user_id = \(user)",
      "SELECT notification.register_device(user_id, 'token-\(user % 5)', 'ios', 'com.example') FROM notification.app_user "
        + "WHERE user_id = \(user)",
      "UPDATE notification.device SET locale = '\(step.isMultiple(of: 2) ? "en" : "fr")' WHERE user_id = \(user)",
      "UPDATE notification.device SET user_id = (SELECT min(user_id) FROM notification.app_user) WHERE device_id % 3 = 0",
      "DELETE FROM notification.device WHERE user_id = \(user)",
      "INSERT INTO notification.template (template_key, channel, version, state, body) "
        + "VALUES ('t\(step % 2 + 1)', 'sms', \(step + 1), 'draft', 'b')",
      "SELECT notification.activate_template(template_key, channel, locale, version) FROM notification.template "
        + "WHERE template_key <> 'hello' ORDER BY random() LIMIT 1",
      "DELETE FROM notification.template WHERE state = 'retired'",
      "INSERT INTO notification.preference (user_id, enabled) SELECT user_id, false FROM notification.app_user "
        + "WHERE user_id = \(user) ON CONFLICT DO NOTHING",
    ]
    return changes.randomElement(using: &random) ?? ""
  }
}

@Suite("The cache within a process")
struct LocalCacheTests {
  @Test func `it never holds more than its capacity, and keeps what is used`() {
    var cache = LocalCache<Int, Int>(capacity: 10)
    cache.set(0, 0)
    for number in 1...1_000 {
      cache.set(number, number)
      #expect(cache.count <= 10)
      #expect(cache.value(0) == 0)
      #expect(cache.value(number) == number)
    }
    #expect(cache.value(500) == nil)
    cache.set(1_000, 7)
    #expect(cache.value(1_000) == 7)
  }
}
