import Arguments
import Configuration
import Operations
import Recorder
import Redrive
import Runtime

let recorderCommand = Command(
  "recorder", summary: "Write what became of deliveries to the delivery log",
  discussion:
    "The recorder reads notification.status and notification.parked and keeps the notification database's log: "
    + "a row for each delivery, its failures and deferrals, the numbers of each event, and dead letters. It disables "
    + "devices that their provider does not know any more. Beside it runs the sweeper, which has events routed again whose "
    + "deliveries nobody has (sweeper.interval 0s turns it off). Several share the topics' partitions. SIGTERM finishes what "
    + "is in flight.",
  examples: [
    .init("bongsu recorder --config /etc/bongsu/bongsu.yaml", "as the file says"),
    .init(
      "bongsu recorder --dsn 'host=db dbname=notification user=recorder' --bootstrap-servers kafka:9092",
      "from flags alone"),
  ],
  options: ConfigurationOptions.file + RecorderOptions.all + RelayOptions.listen
) { arguments in
  let options = try RecorderOptions.read(arguments)
  try runDaemon("recorder", options.operations) { registry, logger in
    let role = RecorderRole(options.recorder, registry: registry, logger: logger)
    return [
      RoleService("recorder", role, stopDeadline: options.recorder.stopDeadline),
      SweeperRole(options.sweeper, registry: registry, logger: logger),
    ]
  }
}

/// The options of the commands that record, and the sections behind them.
struct RecorderOptions {
  static let servers: [Option] = [
    .string("dsn", "CONNINFO", help: "The notification database; a password belongs into a password file."),
    .string("bootstrap-servers", "HOST:PORT", help: "Kafka's addresses, separated by commas."),
  ]
  static let all: [Option] = servers + [.string("group", "NAME", help: "Kafka's consumer group (bongsu-recorder).")]

  private static let configuration = ConfigurationOptions(keys: [
    ("dsn", "notification.dsn"), ("bootstrap-servers", "kafka.bootstrapServers"), ("group", "recorder.group"),
    ("listen", "http.listen"),
  ])

  let recorder: RecorderSettings
  let sweeper: SweeperSettings
  let operations: OperationsSettings

  static func read(_ arguments: ParsedArguments) throws -> RecorderOptions {
    let root = try configuration.reader(arguments)
    let recorder = RecorderSettings(root: root)
    var sweeper = SweeperSettings(root: root)
    sweeper?.groups.recorder = recorder?.group
    let operations = OperationsSettings(root)
    try ConfigurationOptions.finish(root, reading: ["http", "kafka", "log", "notification", "recorder", "sweeper"])
    guard let recorder, let sweeper else {
      preconditionFailure("the reader found nothing wrong with what is missing")
    }
    return RecorderOptions(recorder: recorder, sweeper: sweeper, operations: operations)
  }
}
