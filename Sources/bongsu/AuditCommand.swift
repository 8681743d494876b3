import Administration
import Arguments
import Configuration
import Kafka
import NotificationModel
import Operations
import Postgres
import Relay
import Runtime

let auditCommand = Command(
  "audit", summary: "Add up whether everything that was written is accounted for",
  discussion:
    "Events: the outboxes' rows are routed, parked or in flight. Deliveries: by the router's numbers each has an "
    + "end, or waits for no longer than --deadline. What is missing is named, the first 20 ids of each. With --every it "
    + "goes on as a daemon with gauges to alert on. In flight is an event that the log does not have and of which there is a record "
    + "that the groups of router, redrive and recorder have not finished (router.group and so on; bongsu-router). Looks into "
    + "outboxes as a member of outbox_auditor. Exit status 1 when something is missing or could not be looked into.",
  examples: [
    .init("bongsu audit --config bongsu.yaml --since 1h --until 30s", "the last hour but its last half minute"),
    .init("bongsu audit --config bulk.yaml --prefix bulk.", "what a way of topics of its own has in flight"),
    .init("bongsu audit --config bongsu.yaml --every 60s --listen 127.0.0.1:9470", "goes on, for Prometheus"),
  ],
  options: DatabaseOptions.all + [
    .repeated("outbox-dsn", "CONNINFO", help: "An outbox to add up (the relay's sources of the configuration)."),
    .string("bootstrap-servers", "HOST:PORT", help: "Kafka's addresses, for what is in flight; without it nothing is."),
    WayOptions.option,
    .string("since", "TIME", help: "From then on: a time, or how long ago (1h)."),
    .string("until", "TIME", help: "Until then (30s): what is younger may be on its way."),
    .string("deadline", "TIME", help: "How long a delivery may be on its way, retries included (3h)."),
    .string("every", "TIME", help: "Go on, so often; --since and --until are then how long ago."),
    .flag("json", help: "A JSON object."),
  ] + RelayOptions.listen
) { arguments in
  let now = UnixTime(milliseconds: SystemTime.unixMicroseconds() / 1_000)
  let input = try AuditInput(arguments)
  if let every = try arguments.string("every").map({ try AuditInput.duration($0, "--every") }) {
    var schedule = AuditRole.Schedule()
    schedule.every = every
    schedule.since = try AuditInput.duration(arguments.string("since") ?? "1h", "--since")
    schedule.until = try AuditInput.duration(arguments.string("until") ?? "30s", "--until")
    guard schedule.since > schedule.until, every >= .seconds(1) else {
      throw UsageError(.badValue, "--since is longer ago than --until, and --every a second at least")
    }
    return try runDaemon("audit", input.operations) { registry, logger in
      AuditService(role: AuditRole(schedule, registry: registry, logger: logger) { input.reader })
    }
  }
  let balance = try input.reader.run(
    since: MomentText.parse(arguments.string("since") ?? "1h", option: "--since", now: now),
    until: MomentText.parse(arguments.string("until") ?? "30s", option: "--until", now: now), now: now)
  Terminal.standard.output(arguments.flag("json") ? JSONText.pretty(balance.json) + "\n" : balance.text)
  if !balance.isWhole { throw ExitStatus(1) }
}

/// What an audit reads out of the configuration.
private struct AuditInput: Sendable {
  let database: ConnectionSettings
  let outboxes: [SourceSettings]
  let kafka: KafkaSettings?
  let way: AuditWay
  let operations: OperationsSettings
  let deadline: Duration

  private static let configuration = ConfigurationOptions(keys: [
    ("dsn", "notification.dsn"), ("bootstrap-servers", "kafka.bootstrapServers"), ("listen", "http.listen"),
    WayOptions.key,
  ])

  init(_ arguments: ParsedArguments) throws {
    let root = try Self.configuration.reader(arguments)
    let database = ConnectionSettings(notification: root)
    let hasKafka = root.section("kafka").isSet("bootstrapServers")
    kafka = hasKafka ? KafkaSettings(root: root) : nil
    way = WayOptions.read(root)
    operations = OperationsSettings(root)
    outboxes = try OutboxOptions.read(arguments, root)
    deadline = try Self.duration(arguments.string("deadline") ?? "3h", "--deadline")
    let read: Set = ["http", "log", "notification", "relay"]
    try ConfigurationOptions.finish(root, reading: hasKafka ? read.union(["kafka"]) : read)
    guard let database else { preconditionFailure("the reader found nothing wrong with what is missing") }
    self.database = database
  }

  static func duration(_ text: String, _ option: String) throws(UsageError) -> Duration {
    guard let duration = DurationText.parse(text.hasPrefix("-") ? String(text.dropFirst()) : text) else {
      throw UsageError(.badValue, "\(option) takes a span of time here, as 1h or 30s")
    }
    return duration
  }

  var reader: AuditReader {
    AuditReader(notification: database, outboxes: outboxes, kafka: kafka, way: way, deadline: deadline)
  }
}

/// The audit as a part of a daemon.
private struct AuditService: Service {
  let role: AuditRole
  let name = "audit"
  /// Nothing stops it: a server that is away may come back.
  let failed = WakeSignal()
  var failure: String? { nil }

  func start() { role.start() }
  func stop(within deadline: Duration) throws { try role.stop(within: deadline) }

  var healthProblems: [String: String] { role.hangs ? ["audit": "has made no progress for three minutes"] : [:] }
  var readinessProblems: [String: String] { role.lastProblem.map { ["audit": $0] } ?? [:] }
}
