import Foundation

/// The whole system on this machine: a database with an outbox and people, Redis, the broker, the providers' stand-ins and
/// a process of each role.
final class PipelineSite {
  let setting: Setting
  let database: Database
  let status: Topic
  private let users: Int
  private let redis: PrivateRedis
  private var simulator: Child
  private(set) var roles: [(name: String, child: Child)] = []

  private static let channels = ["push.ios", "push.android", "sms", "email"]
  private var folder: String { setting.scratch + "/pipeline" }

  init(_ setting: Setting, users: Int) throws {
    (self.setting, self.users) = (setting, users)
    redis = try PrivateRedis(setting)
    try Self.migrate(setting)
    database = try Database(setting.conninfo)
    simulator = try Self.startSimulators(setting, folder: setting.scratch + "/pipeline", latency: "20ms")
    try Child.run([
      setting.bongsu, "topics", "apply", "--bootstrap-servers", setting.bootstrapServers, "--partitions", "6",
    ])
    status = try Topic(existing: "notification.status", bootstrapServers: setting.bootstrapServers)
    try makePeople()
    try database.run("select pg_create_logical_replication_slot('bongsu', 'pgoutput')")
  }

  private static func migrate(_ setting: Setting) throws {
    let migrations = URL(fileURLWithPath: setting.migrations).deletingLastPathComponent().path
    for schema in ["outbox", "notification"] {
      try Child.run([
        setting.bongsu, "migrate", schema, "--dsn", setting.conninfo, "--directory", "\(migrations)/\(schema)",
      ])
    }
  }

  /// Others that answer at once, for roles to come.
  func hurrySimulators() throws {
    _ = simulator.stop()
    try FileManager.default.removeItem(atPath: folder + "/worker.yaml")
    simulator = try Self.startSimulators(setting, folder: folder, latency: "0ms")
  }

  private static func startSimulators(_ setting: Setting, folder: String, latency: String) throws -> Child {
    let simulator = try Child([
      setting.bongsu, "simulate", "--directory", folder, "--latency", latency, "--listen", "127.0.0.1:0", "--set",
      "log.level=warning",
    ])
    guard eventually(by: .now + .seconds(20), { FileManager.default.fileExists(atPath: folder + "/worker.yaml") })
    else { throw BenchmarkError("the stand-ins do not start") }
    return simulator
  }

  /// Half have a device on iOS, the others on Android; each has a phone and a mailbox.
  private func makePeople() throws {
    note("\(users) users")
    try database.run(
      """
      INSERT INTO notification.app_user (user_id, email, phone_number, locale, time_zone)
      SELECT n, 'user-' || n || '@example.com', '+8210' || lpad(n::text, 8, '0'), 'ko-KR', 'Asia/Seoul'
      FROM generate_series(1, \(users)) n;
      INSERT INTO notification.device (user_id, platform, app_id, device_token)
      SELECT n, CASE WHEN n % 2 = 0 THEN 'android' ELSE 'ios' END, 'com.example.shop',
        lpad(to_hex(n), 64, '0') FROM generate_series(1, \(users)) n;
      INSERT INTO notification.template (template_key, channel, locale, state, subject, title, body) VALUES
        ('order_shipped', 'push', 'default', 'active', NULL, '{{shop}}', 'Order {{order}} is on its way.'),
        ('order_shipped', 'sms', 'default', 'active', NULL, NULL, '{{shop}}: order {{order}} is on its way.'),
        ('order_shipped', 'email', 'default', 'active', 'Order {{order}}', NULL,
          '<p>Dear {{name}},</p><p>your order {{order}} is on its way. {{shop}}</p>');
      ANALYZE
      """)
  }

  var load: PipelineLoad { PipelineLoad(conninfo: setting.conninfo, users: users) }

  /// A process of each role.
  func start() throws {
    let names = ["relay", "router", "recorder", "redrive"].map { ($0, [$0]) }
    let workers = Self.channels.map { ("worker \($0)", ["worker", "--channel", $0]) }
    for (name, arguments) in names + workers { roles.append((name, try start(arguments))) }
  }

  private func start(_ arguments: [String]) throws -> Child {
    let own =
      arguments[0] == "relay"
      ? ["--dsn", setting.conninfo]
      : arguments[0] == "worker" ? ["--redis", redis.socket] : ["--dsn", setting.conninfo, "--redis", redis.socket]
    let flags = arguments[0] == "recorder" ? ["--dsn", setting.conninfo] : own
    return try Child(
      [setting.bongsu] + arguments + flags + [
        "--config", folder + "/worker.yaml", "--bootstrap-servers", setting.bootstrapServers, "--listen",
        "127.0.0.1:0", "--set", "log.level=warning",
      ] + (arguments.last == "email" ? ["--set", "email.smtp.connections=100"] : []))
  }

  /// What each role has used until now, then all that is not ours: the servers, the stand-ins and who measures.
  func cpuSeconds() -> [(name: String, seconds: Double)] {
    let own = roles.map { (name: $0.name, seconds: $0.child.cpuSeconds()) }
    return own + [("all else", Child.machineCPUSeconds() - own.reduce(0) { $0 + $1.seconds })]
  }

  /// - Returns: what each role used.
  func stopRoles() -> [(name: String, usage: Usage)] {
    defer { roles = [] }
    return roles.map { ($0.name, $0.child.stop()) }
  }

  func stop() {
    _ = stopRoles()
    _ = simulator.stop()
    redis.stop()
  }

  /// Throws where a role has ended by itself.
  func checkRoles() throws {
    for (name, child) in roles where !child.isRunning() {
      throw BenchmarkError("\(name) ended with status \(child.wait().status)")
    }
  }
}
