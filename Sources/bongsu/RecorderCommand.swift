import Arguments
import Configuration
import Operations
import Recorder
import Runtime

let recorderCommand = Command(
  "recorder", summary: "Write what became of deliveries to the delivery log",
  discussion:
    "The recorder reads notification.status and notification.parked and keeps the notification database's log: "
    + "a row for each delivery, its failures and deferrals, the numbers of each event, and dead letters. It disables "
    + "devices that their provider does not know any more. Several share the topics' partitions. SIGTERM finishes what "
    + "is in flight.",
  examples: [
    .init("bongsu recorder --config /etc/bongsu/bongsu.yaml", "as the file says"),
    .init(
      "bongsu recorder --dsn 'host=db dbname=notification user=recorder' --bootstrap-servers kafka:9092",
      "from flags alone"),
  ],
  options: ConfigurationOptions.file + RecorderOptions.all + RelayOptions.listen
) { arguments in
  let (recorder, operations) = try RecorderOptions.read(arguments)
  try runDaemon("recorder", operations) { registry, logger in
    [
      RecorderService(
        role: RecorderRole(recorder, registry: registry, logger: logger), stopDeadline: recorder.stopDeadline)
    ]
  }
}

/// The options of the commands that record.
enum RecorderOptions {
  static let servers: [Option] = [
    .string("dsn", "CONNINFO", help: "The notification database; a password belongs into a password file."),
    .string("bootstrap-servers", "HOST:PORT", help: "Kafka's addresses, separated by commas."),
  ]
  static let all: [Option] = servers + [.string("group", "NAME", help: "Kafka's consumer group (bongsu-recorder).")]

  private static let configuration = ConfigurationOptions(keys: [
    ("dsn", "notification.dsn"), ("bootstrap-servers", "kafka.bootstrapServers"), ("group", "recorder.group"),
    ("listen", "http.listen"),
  ])

  static func read(_ arguments: ParsedArguments) throws -> (recorder: RecorderSettings, operations: OperationsSettings)
  {
    let root = try configuration.reader(arguments)
    let recorder = RecorderSettings(root: root)
    let operations = OperationsSettings(root)
    try ConfigurationOptions.finish(root, reading: ["http", "kafka", "log", "notification", "recorder"])
    guard let recorder else { preconditionFailure("the reader found nothing wrong with what is missing") }
    return (recorder, operations)
  }
}

/// The recorder as a part of a daemon.
struct RecorderService: Service {
  let role: RecorderRole
  let stopDeadline: Duration
  let name = "recorder"

  func start() { role.start() }
  func stop(within deadline: Duration) throws { try role.stop(within: deadline) }
  var failed: WakeSignal { role.failed }
  var failure: String? { role.failure }

  var healthProblems: [String: String] { role.hangs ? ["recorder": "has made no progress for three minutes"] : [:] }

  var readinessProblems: [String: String] {
    let state = role.state
    return state.kind == .recording ? [:] : ["recorder": "\(state.kind.rawValue): \(state.reason)"]
  }
}
