import Foundation

/// Dead letters a second through `bongsu redrive`: from notification.dlq to a retry topic that waits a second, judged by
/// the people's settings, and back to the channel's topic; beside a loop that reads each and writes it twice.
struct RedriveBenchmark {
  let setting: Setting
  private var letters: Int { setting.isQuick ? 50_000 : 1_000_000 }
  private static let prefix = "bench_redrive."
  private static let people = 100_000
  private static let topics =
    ["dlq", "events", "push.ios", "push.android", "sms", "email", "status", "parked", "alerts"]

  func run() throws -> Report {
    let redis = try PrivateRedis(setting)
    defer { redis.stop() }
    try makePeople()
    var topics: [String: Topic] = [:]
    for name in Self.topics { topics[name] = try Topic(Self.prefix + name, bootstrapServers: setting.bootstrapServers) }
    for name in ["1m", "5m", "15m", "1h"] {
      _ = try Topic(
        Self.prefix + "retry.\(name)", bootstrapServers: setting.bootstrapServers,
        settings: ["message.timestamp.type": "LogAppendTime"])
    }
    for name in ["retry", "push.ios"] {
      _ = try Topic("bench_bare." + name, bootstrapServers: setting.bootstrapServers)
    }
    note("\(letters) dead letters")
    try fill()
    note("the bare loop")
    var bare = BareRouter(
      bootstrapServers: setting.bootstrapServers, source: Self.prefix + "dlq", prefix: "bench_bare.")
    bare.outputs = [("retry", 700), ("push.ios", 700)]
    let bareSeconds = try bare.run(letters, partitions: 6)
    note("bongsu redrive")
    guard let back = topics["push.ios"] else { throw BenchmarkError("no topic") }
    return report(try drain(back, redis), bareSeconds)
  }

  private func makePeople() throws {
    let migrations = URL(fileURLWithPath: setting.migrations).deletingLastPathComponent().path
    for schema in ["outbox", "notification"] {
      try Child.run([
        setting.bongsu, "migrate", schema, "--dsn", setting.conninfo, "--directory", "\(migrations)/\(schema)",
      ])
    }
    let people = min(Self.people, letters)
    try Database(setting.conninfo).run(
      """
      INSERT INTO notification.app_user (user_id, email, locale)
      SELECT n, 'user-' || n || '@example.com', 'ko-KR' FROM generate_series(1, \(people)) n;
      INSERT INTO notification.device (device_id, user_id, platform, app_id, device_token)
      SELECT n, n, 'ios', 'com.example.shop', lpad(to_hex(n), 64, '0') FROM generate_series(1, \(people)) n;
      INSERT INTO notification.category (category, kind) VALUES ('order', 'transactional') ON CONFLICT DO NOTHING;
      ANALYZE
      """)
  }

  /// As a worker writes them, of so many people in turn.
  private func fill() throws {
    let headers = [
      ("bongsu-attempt", "1"), ("bongsu-origin", Self.prefix + "push.ios/0/0"), ("bongsu-error-class", "RETRIABLE"),
      ("bongsu-error-code", "TooManyRequests"),
    ]
    for _ in 0..<max(1, letters / Self.people) {
      // A producer counts its people from 1.
      let producer = try DeliveryProducer(
        setting.bootstrapServers, topic: Self.prefix + "dlq", .pushIOS, headers: headers)
      try producer.fill(min(Self.people, letters))
    }
  }

  private func drain(_ back: Topic, _ redis: PrivateRedis) throws -> (seconds: Double, usage: Usage) {
    let redrive = try Child([
      setting.bongsu, "redrive", "--dsn", setting.conninfo, "--redis", redis.socket, "--bootstrap-servers",
      setting.bootstrapServers, "--group", "bench", "--listen", "127.0.0.1:0", "--set",
      "redrive.topicPrefix=\(Self.prefix)", "--set", "redrive.tiers=1s,5s,15s,60s", "--set", "redrive.jitter=0s",
      "--set", "log.level=error",
    ])
    let start = ContinuousClock.now
    while try back.recordCount() < letters {
      guard redrive.isRunning() else {
        throw BenchmarkError("redrive ended with status \(redrive.wait().status)")
      }
      guard ContinuousClock.now < start + .seconds(900) else {
        throw BenchmarkError("\(try back.recordCount()) of \(letters) letters")
      }
      poll(nil, 0, 50)
    }
    return (start.duration(to: .now) / .seconds(1), redrive.stop())
  }

  private func report(_ drain: (seconds: Double, usage: Usage), _ bareSeconds: Double) -> Report {
    var report = Report()
    let (rate, bare) = (Double(letters) / drain.seconds, Double(letters) / bareSeconds)
    let cpu = drain.usage.cpuSeconds * 1e6 / Double(letters)
    let peak = Double(drain.usage.residentPeakBytes) / 1e6
    report.line("\(letters) dead letters to a retry topic that waits a second, and back to their channel:")
    report.table([
      ["", "letters/s", "of the bare loop", "CPU µs/letter", "peak MB"],
      ["bare loop", bare.text(), "1.00", "", ""],
      ["redrive", rate.text(), (rate / bare).text(2), cpu.text(1), peak.text(1)],
    ])
    report.figure("redrive_letters_per_second", rate)
    report.figure("redrive_seconds_for_all", drain.seconds)
    report.figure("redrive_of_bare_loop_ratio", rate / bare)
    report.figure("redrive_cpu_us_per_letter", cpu)
    report.figure("redrive_memory_mb", peak)
    return report
  }
}
