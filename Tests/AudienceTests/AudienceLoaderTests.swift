import LocalServers
import NotificationModel
import Postgres
import Redis
import Runtime
import TestSupport
import Testing

@testable import Audience

@Suite("The audience of a batch", .requires(.postgres, .redis))
struct AudienceLoaderTests {
  private let fixture: AudienceFixture

  init() throws { fixture = try AudienceFixture() }

  @Test func `everything that is known of a user, in one batch`() throws {
    try fixture.run(
      """
      INSERT INTO notification.preference (user_id, category, channel, enabled)
      VALUES (1, NULL, NULL, true), (1, NULL, 'email', false), (1, 'service', 'push', false), (2, NULL, NULL, false);
      INSERT INTO notification.consent (user_id, kind, granted, decided_at, source, reconfirm_at) VALUES
      (1, 'advertising', true, '2026-01-01T00:00:00Z', 'app', '2028-01-01T00:00:00Z'),
      (1, 'night_advertising', false, '2026-01-01T00:00:00Z', 'web', NULL);
      INSERT INTO notification.suppression (kind, address, reason, until) VALUES
      ('email', 'one@example.com', 'bounce', NULL), ('device', '503', 'request', '2999-01-01T00:00:00Z'),
      ('phone', '+821000000009', 'request', NULL), ('phone', '+821000000008', 'request', NULL)
      """)
    let batch = try fixture.loader().load(
      AudienceRequest(users: [1, 2, 3], addresses: [.phone("+821000000009"), .email("a\"b\\c")], templates: ["hello"]))
    let then = UnixTime(milliseconds: 1_767_225_600_000)
    let one = try #require(batch.users[1])
    #expect(one.locale == "ko-KR" && one.timeZone == "Asia/Seoul")
    #expect(one.email.address == "One@example.com")
    #expect(one.email.verifiedAt == UnixTime(milliseconds: then.milliseconds + 500))
    #expect(one.phone?.address == "+821000000001" && one.phone?.verifiedAt == nil && one.phone?.id != one.email.id)
    let ios = UserDevice(
      id: 501, platform: .ios, appID: "com.example", environment: .sandbox, token: "token-1", registeredAt: then)
    let android = UserDevice(id: 502, platform: .android, appID: "com.example", token: "token-2", registeredAt: then)
    #expect(one.devices == [ios, android])
    #expect(batch.users[2]?.phone == nil && batch.users[2]?.devices.map(\.id) == [503])
    #expect(batch.users[3] == nil)

    var settings = UserSettings()
    settings.master = true
    settings.channels = [.email: false]
    settings.categories = [UserSettings.Place("service", .push): false]
    settings.advertising = AdvertisingConsent(
      isGranted: true, decidedAt: then, source: "app", reconfirmAt: UnixTime(milliseconds: 1_830_297_600_000))
    settings.nightAdvertising = AdvertisingConsent(isGranted: false, decidedAt: then, source: "web", reconfirmAt: nil)
    #expect(batch.settings[1] == settings)
    #expect(batch.settings[2]?.master == false)
    #expect(
      batch.suppressions == [
        .email(one.email.address): AddressSuppression(reason: "bounce"),
        .device(503): AddressSuppression(reason: "request", until: UnixTime(milliseconds: 32_472_144_000_000)),
        .phone("+821000000009"): AddressSuppression(reason: "request"),
      ])
    #expect(batch.categories["security"]?.bypassesOptOut == true && batch.categories.count == 4)
    let hello = TemplateDefinition(
      key: "hello", channel: .push, title: "Hi", body: "Hello {{name}}", requiredParameters: ["name", "a b"])
    #expect(batch.templates["hello"]?.definitions == [hello])
  }

  @Test func `a warm batch costs one round trip to PostgreSQL, and another router finds it all in Redis`() throws {
    let request = AudienceRequest(users: [1, 2], templates: ["hello"])
    let first = try fixture.loader()
    let cold = try first.load(request)
    #expect(first.counts.read == 3 && first.counts.databaseTrips == 2 && first.counts.cacheTrips == 1)
    #expect(try first.load(request).summary == cold.summary)
    #expect(first.counts.local == 3 && first.counts.databaseTrips == 3 && first.counts.cacheTrips == 1)
    first.flush()
    let second = try fixture.loader()
    #expect(try second.load(request).summary == cold.summary)
    #expect(second.counts.cached == 3 && second.counts.read == 0)
    #expect(second.counts.databaseTrips == 1 && second.counts.cacheTrips == 1)
    #expect(try second.load(AudienceRequest()).users.isEmpty)
  }

  @Test func `what was read is written with the next question`() throws {
    let first = try fixture.loader()
    _ = try first.load(AudienceRequest(users: [1]))
    _ = try first.load(AudienceRequest(users: [2]))
    let second = try fixture.loader()
    _ = try second.load(AudienceRequest(users: [1]))
    #expect(second.counts.cached == 1 && first.counts.cacheTrips == 2)
  }

  @Test(arguments: [
    "UPDATE notification.app_user SET locale = 'en' WHERE user_id = 1",
    "UPDATE notification.device SET device_token = 'other' WHERE device_id = 501",
    "SELECT notification.register_device(2, 'token-1', 'ios', 'com.example')",
    "SELECT notification.disable_device(502, 'Unregistered', now())",
    "DELETE FROM notification.app_user WHERE user_id = 1",
    "UPDATE notification.contact SET verified_at = now() WHERE user_id = 1",
    "UPDATE notification.template SET body = 'New' WHERE template_key = 'hello'",
    "SELECT notification.activate_template('hello', 'push', 'ko', 1)", "DELETE FROM notification.template",
    "INSERT INTO notification.preference (user_id, enabled) VALUES (1, false)",
    "INSERT INTO notification.suppression (kind, address, reason) VALUES ('phone', '+821000000001', 'request')",
    "UPDATE notification.category SET bypasses_rate_limit = true WHERE category = 'service'",
  ])
  func `a change by plain SQL is in the next batch of every router, whatever its caches hold`(sql: String) throws {
    let request = AudienceRequest(users: [1, 2], templates: ["hello"])
    let loaders = try [fixture.loader(), fixture.loader(), fixture.loader(nil)]
    let before = try loaders.map { try $0.load(request) }
    loaders[0].flush()
    try fixture.run(sql)
    let after = try loaders.map { try $0.load(request) }
    let truth = try fixture.loader(nil).load(request)
    for batch in after { #expect(batch.summary == truth.summary && batch.categories == truth.categories) }
    #expect(before[0].summary != truth.summary || before[0].categories != truth.categories)
  }

  @Test func `who is unknown costs no further question, and is found as soon as they are there`() throws {
    let loader = try fixture.loader()
    let request = AudienceRequest(users: [7, 8], templates: ["none", "unused"])
    #expect(try loader.load(request).users.isEmpty)
    #expect(loader.counts.unknown == 3)
    let batch = try loader.load(request)
    // The key has templates, none of them in use.
    #expect(batch.templates["unused"]?.definitions == [] && batch.templates["none"] == nil)
    #expect(loader.counts.databaseTrips == 3 && loader.counts.local == 1)
    try fixture.run("INSERT INTO notification.app_user (user_id, email) VALUES (7, 'seven@example.com')")
    #expect(try loader.load(request).users[7]?.email.address == "seven@example.com")
  }

  @Test(arguments: ["\"\u{301}", "\\\u{301}", "a,b", "{}", "NULL", "'"])
  func `whatever a template is called, it is asked for`(key: String) throws {
    let loader = try fixture.loader()
    #expect(try loader.load(AudienceRequest(users: [1], templates: [key])).templates.isEmpty)
    // Of the two the template alone.
    #expect(loader.counts.unknown == 1)
  }

  @Test func `a Redis that was flushed costs each router one question, however many users there are`() throws {
    let request = AudienceRequest(users: Set(10...99))
    let loaders = try (0..<3).map { _ in try fixture.loader() }
    for loader in loaders {
      #expect(try loader.load(request).users.count == 90)
      #expect(loader.counts.databaseTrips == 2 && loader.counts.read == 90)
    }
  }

  @Test func `entries of an old version or of no sense are not taken`() throws {
    let loader = try fixture.loader()
    let request = AudienceRequest(users: [1, 2], templates: ["hello"])
    let redis = try RedisConnection(fixture.redisSettings)
    _ = try loader.load(request)
    loader.flush()
    let old = try redis.run("GET", "\(fixture.prefix)user:1:1")
    try fixture.run("UPDATE notification.app_user SET locale = 'en' WHERE user_id = 1")
    _ = try loader.load(request)
    loader.flush()
    // A router that was slow writes what it had read before.
    guard case .bytes(let bytes) = old else { throw NeverHappened(description: "no entry") }
    try redis.run("SET", "\(fixture.prefix)user:1:1", .bytes(bytes))
    try redis.run("SET", "\(fixture.prefix)user:1:2", "{\"version\": true")
    try redis.run("DEL", "\(fixture.prefix)template:1:hello")
    try redis.run("LPUSH", "\(fixture.prefix)template:1:hello", "a list")
    let other = try fixture.loader()
    #expect(try other.load(request).summary == fixture.loader(nil).load(request).summary)
    #expect(other.counts.cached == 0 && other.counts.read == 3)
    let time = try redis.run("PTTL", "\(fixture.prefix)user:1:1").number
    #expect(time == -1)
    other.flush()
    #expect((try redis.run("PTTL", "\(fixture.prefix)user:1:1").number ?? 0) > 0)
  }
}

@Suite("The audience's servers fail", .requires(.postgres, .redis))
struct AudienceFaultTests {
  private let fixture: AudienceFixture
  private let request = AudienceRequest(users: [1, 2], templates: ["hello"])

  init() throws { fixture = try AudienceFixture() }

  @Test func `without Redis it goes on from PostgreSQL alone and counts`() throws {
    let server = try RedisServer()
    let loader = try fixture.loader(server.redisSettings)
    let truth = try fixture.loader(nil).load(request).summary
    server.kill()
    #expect(try loader.load(request).summary == truth)
    try fixture.run("UPDATE notification.app_user SET locale = 'en' WHERE user_id = 1")
    let changed = try fixture.loader(nil).load(request).summary
    #expect(try loader.load(request).summary == changed)
    #expect(loader.counts.cacheFailures == 2 && loader.counts.cacheTrips == 0)
    try server.start()
    try eventually("Redis is used again") {
      try fixture.run("UPDATE notification.app_user SET locale = NULL WHERE user_id = 1")
      _ = try loader.load(request)
      return loader.counts.cacheTrips > 0
    }
  }

  @Test func `a full Redis refuses entries and nothing else`() throws {
    let server = try RedisServer(settings: ["--maxmemory", "100kb"])
    let loader = try fixture.loader(server.redisSettings)
    let truth = try fixture.loader(nil).load(request).summary
    #expect(try loader.load(request).summary == truth)
    #expect(try loader.load(AudienceRequest(users: [10])).users.count == 1)
    #expect(loader.counts.cacheFailures == 1 && loader.counts.cacheTrips == 2)
    loader.flush()
    #expect(loader.counts.cacheFailures == 2)
  }

  @Test func `a connection that PostgreSQL ended meanwhile is made anew`() throws {
    let loader = try fixture.loader()
    let truth = try loader.load(request).summary
    try fixture.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    #expect(try loader.load(request).summary == truth)
  }

  @Test func `a statement whose column has another type now is prepared anew`() throws {
    let loader = try fixture.loader(nil)
    let truth = try loader.load(request).summary
    try fixture.run("ALTER TABLE notification.app_user ALTER COLUMN email TYPE text")
    try fixture.run("UPDATE notification.app_user SET locale = 'en' WHERE user_id = 1")
    let changed = try loader.load(request)
    #expect(changed.users[1]?.locale == "en" && changed.users[1]?.email.address == "One@example.com")
    #expect(changed.summary != truth)
  }

  @Test func `without PostgreSQL it is an error that passes`() throws {
    let server = try PostgresServer()
    let database = try server.newDatabase()
    try database.migrateNotification()
    let loader = AudienceLoader(try database.settings, redis: nil)
    #expect(try loader.load(request).users.isEmpty)
    try server.stop(.immediate)
    let error = #expect(throws: PostgresError.self) { try loader.load(request) }
    #expect(error?.disposition == .retry(after: nil))
    try server.start()
    #expect(try loader.load(request).users.isEmpty)
  }
}
