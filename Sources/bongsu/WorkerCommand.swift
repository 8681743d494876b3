import Arguments
import Configuration
import NotificationModel
import Operations
import Providers
import Receipts
import Runtime
import Worker

let workerCommand = Command(
  "worker", summary: "Hand a channel's deliveries to its provider",
  discussion: "A worker reads one channel's topic, claims each delivery in Redis so that none is sent twice, calls the "
    + "provider, and writes what became of it to notification.status and what failed to notification.dlq. Several "
    + "share the topic's partitions; each channel has workers of its own. That of text messages also asks vendors what "
    + "became of them, where sms.reports.enabled says so. SIGTERM finishes what is in flight.",
  examples: [
    .init("bongsu worker --channel push.ios --config /etc/bongsu/bongsu.yaml", "as the file says"),
    .init("bongsu worker --channel email --config /etc/bongsu/bongsu.yaml --set email.via=ses", "by Amazon SES"),
  ],
  options: WorkerOptions.channel + ConfigurationOptions.file + WorkerOptions.servers + RelayOptions.listen
) { arguments in
  if arguments.string("channel") == OpsOptions.channel { return try runOps(arguments) }
  let options = try WorkerOptions.read(arguments)
  try runDaemon("worker", options.operations) { registry, logger in
    let worker = options.worker
    let provider = try options.provider.provider(redis: worker.redis, prefix: worker.redisPrefix)
    let role = WorkerRole(worker, provider: provider, registry: registry, logger: logger)
    let service = RoleService("worker", role, stopDeadline: worker.stopDeadline)
    guard let reports = options.reports else { return [service] }
    return [service, try ReceiptRole(reports, registry: registry, logger: logger)]
  }
}

/// The options of a worker, and the sections behind them.
struct WorkerOptions {
  static let channel: [Option] = [
    .string(
      "channel", "NAME", completion: .words(DeliveryChannel.allCases.map(\.rawValue) + [OpsOptions.channel]),
      help: "Whose deliveries to send: push.ios, push.android, sms or email; or ops, which tells people of alerts.")
  ]

  static let servers: [Option] = [
    .string("dsn", "CONNINFO", help: "The notification database, which sms.reports needs; no other worker does."),
    .string("redis", "ADDRESS", help: "HOST:PORT or a unix socket's path (127.0.0.1:6379)."),
    .string("bootstrap-servers", "HOST:PORT", help: "Kafka's addresses, separated by commas."),
    .string("group", "NAME", help: "Kafka's consumer group (bongsu-worker- and the channel)."),
  ]

  private static let configuration = ConfigurationOptions(keys: [
    ("channel", "worker.channel"), ("dsn", "notification.dsn"), ("redis", "redis.address"),
    ("bootstrap-servers", "kafka.bootstrapServers"), ("group", "worker.group"), ("listen", "http.listen"),
  ])

  let worker: WorkerSettings
  let provider: ProviderSettings
  /// How vendors are asked what became of text messages; nil where they are not.
  let reports: ReceiptSettings?
  let operations: OperationsSettings

  static func read(_ arguments: ParsedArguments) throws -> WorkerOptions {
    let root = try configuration.reader(arguments)
    let operations = OperationsSettings(root)
    let channel = WorkerSettings.channel(root: root)
    let worker = WorkerSettings(root: root, channel: channel ?? .pushIOS)
    let provider = channel.flatMap { ProviderSettings(root: root, channel: $0) }
    var sections: Set = ["http", "kafka", "log", "redis", "worker"]
    if let channel { sections.insert(channel.provider) }
    var reports: ReceiptSettings?
    if channel == .sms {
      reports = ReceiptSettings(root: root, worker: worker, sms: provider?.sms)
      if ReceiptSettings.isEnabled(root: root) { sections.insert("notification") }
    }
    try ConfigurationOptions.finish(root, reading: sections)
    guard let worker, let provider else {
      preconditionFailure("the reader found nothing wrong with what is missing")
    }
    return WorkerOptions(worker: worker, provider: provider, reports: reports, operations: operations)
  }
}
