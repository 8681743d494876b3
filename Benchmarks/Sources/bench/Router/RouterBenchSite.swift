import Foundation

/// The notification database, a Redis and the topics that a router is measured on.
final class RouterBenchSite {
  let setting: Setting
  private let users: Int
  private let redis: PrivateRedis
  private var topics: [String: Topic] = [:]
  private static let prefix = "bench_router."

  init(_ setting: Setting, users: Int) throws {
    (self.setting, self.users) = (setting, users)
    redis = try PrivateRedis(setting)
    for name in ["events", "push.ios", "push.android", "sms", "email", "status", "dlq", "parked"] {
      topics[name] = try Topic(Self.prefix + name, bootstrapServers: setting.bootstrapServers)
    }
    for name in ["sms", "email", "status"] {
      topics["bare." + name] = try Topic("bench_bare." + name, bootstrapServers: setting.bootstrapServers)
    }
    try makePeople()
  }

  func stop() { redis.stop() }

  private func makePeople() throws {
    note("\(users) users, \(users * 3 / 2) devices")
    let migrations = URL(fileURLWithPath: setting.migrations).deletingLastPathComponent().path
    for schema in ["outbox", "notification"] {
      try Child.run([
        setting.bongsu, "migrate", schema, "--dsn", setting.conninfo, "--directory", "\(migrations)/\(schema)",
      ])
    }
    try Database(setting.conninfo).run(
      """
      INSERT INTO notification.app_user (user_id, email, phone_number, locale, time_zone)
      SELECT n, 'user-' || n || '@example.com', '+8210' || lpad(n::text, 8, '0'), 'ko-KR', 'Asia/Seoul'
      FROM generate_series(1, \(users)) n;
      INSERT INTO notification.device (user_id, platform, app_id, device_token)
      SELECT n % \(users) + 1, CASE WHEN n % 3 = 0 THEN 'android' ELSE 'ios' END, 'com.example',
        md5(n::text) || md5((n + 1)::text)
      FROM generate_series(1, \(users * 3 / 2)) n;
      INSERT INTO notification.preference (user_id, category, channel, enabled)
      SELECT n, 'advertising', 'sms', false FROM generate_series(1, \(users), 3) n;
      INSERT INTO notification.template (template_key, channel, locale, state, subject, body) VALUES
        ('order_shipped', 'sms', 'default', 'active', NULL, '{{shop}}: order {{order}} is on its way, {{total}} won'),
        ('order_shipped', 'email', 'default', 'active', 'Order {{order}}', '<p>Dear {{name}},</p><ul>{{#items}}'
          || '<li>{{title}}: {{price}}</li>{{/items}}</ul><p>{{total}} won in all. {{shop}}</p>');
      ANALYZE
      """)
  }

  func producer() throws -> EventProducer {
    try EventProducer(setting.bootstrapServers, topic: Self.prefix + "events", users: users)
  }

  func bare(_ count: Int) throws -> Double {
    try BareRouter(
      bootstrapServers: setting.bootstrapServers, source: Self.prefix + "events", prefix: "bench_bare."
    ).run(count, partitions: 6)
  }

  /// - Parameters:
  ///   - build: a `bongsu`, if not the one that is measured.
  ///   - redisPrefix: for one that shall know nobody.
  func startRouter(group: String, build: String? = nil, redisPrefix: String = "bongsu:") throws -> Child {
    try Child(
      [
        build ?? setting.bongsu, "router", "--dsn", setting.conninfo, "--redis", redis.socket, "--bootstrap-servers",
        setting.bootstrapServers, "--group", group, "--listen", "127.0.0.1:0", "--set",
        "router.topicPrefix=\(Self.prefix)", "--set", "router.redisPrefix=\(redisPrefix)", "--set",
        "log.level=warning",
      ])
  }

  /// Events so far.
  func events() throws -> Int { try topics["events"]?.recordCount() ?? 0 }

  /// Deliveries so far.
  func routed() throws -> Int { try (topics["sms"]?.recordCount() ?? 0) + (topics["email"]?.recordCount() ?? 0) }

  /// From an event's writing to the arrival of its mail at a consumer, once the router has its partitions.
  func latency(perSecond: Int, seconds: Int) throws -> Distribution {
    guard let mails = topics["email"] else { throw BenchmarkError("no topic") }
    let router = try startRouter(group: "warm")
    defer { _ = router.stop() }
    let consumer = try LatencyConsumer(
      mails, bootstrapServers: setting.bootstrapServers, stamp: "eventTime", unitMicroseconds: 1_000, fromEnd: true)
    let producer = try producer()
    // The first three seconds are the clients' and the group's.
    let (warm, measured) = (perSecond * 3, perSecond * seconds)
    Thread { producer.run(perSecond: perSecond, count: warm + measured) }.start()
    let deadline = ContinuousClock.now + .seconds(seconds + 60)
    while consumer.microseconds.count < warm + measured, ContinuousClock.now < deadline {
      consumer.receive(milliseconds: 100)
    }
    guard consumer.microseconds.count == warm + measured else {
      throw BenchmarkError("\(consumer.microseconds.count) mails of \(warm + measured)")
    }
    return Distribution(Array(consumer.microseconds.dropFirst(warm)))
  }
}
