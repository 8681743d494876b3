import Arguments
import Configuration
import Operations
import Policy
import Redrive
import Router
import Runtime

let redriveCommand = Command(
  "redrive", summary: "Give what failed its next attempt, in time, or park it for a person",
  discussion: "Redrive reads notification.dlq and puts what may succeed later into a retry topic. When its time has "
    + "come it asks again whether the person still wants it and sends it back where it came from; what has had all its "
    + "attempts, or never succeeds, goes to notification.parked with an alert. Several share the topics' partitions. "
    + "SIGTERM finishes what is in flight.",
  examples: [
    .init("bongsu redrive --config /etc/bongsu/bongsu.yaml", "as the file says"),
    .init(
      "bongsu redrive --config bongsu.yaml --set redrive.tiers=1s,5s,15s,60s", "a minute is a second, to try it"),
  ],
  options: ConfigurationOptions.file + RedriveOptions.all + RelayOptions.listen
) { arguments in
  let (redrive, operations) = try RedriveOptions.read(arguments)
  try runDaemon("redrive", operations) { registry, logger in
    RoleService(
      "redrive", RedriveRole(redrive, registry: registry, logger: logger), stopDeadline: redrive.stopDeadline)
  }
}

enum RedriveOptions {
  static let all: [Option] = [
    .string("dsn", "CONNINFO", help: "The notification database; a password belongs into a password file."),
    .string("redis", "ADDRESS", help: "HOST:PORT or a unix socket's path (127.0.0.1:6379)."),
    .string("bootstrap-servers", "HOST:PORT", help: "Kafka's addresses, separated by commas."),
    .string("group", "NAME", help: "Kafka's consumer group (bongsu-redrive)."),
  ]

  private static let configuration = ConfigurationOptions(keys: [
    ("dsn", "notification.dsn"), ("redis", "redis.address"), ("bootstrap-servers", "kafka.bootstrapServers"),
    ("group", "redrive.group"), ("listen", "http.listen"),
  ])

  static func read(_ arguments: ParsedArguments) throws -> (redrive: RedriveSettings, operations: OperationsSettings) {
    let root = try configuration.reader(arguments)
    let redrive = RedriveSettings(root: root, policy: PolicySettings(root: root))
    let operations = OperationsSettings(root)
    try ConfigurationOptions.finish(
      root, reading: ["http", "kafka", "log", "notification", "policy", "redis", "redrive"])
    guard let redrive else { preconditionFailure("the reader found nothing wrong with what is missing") }
    return (redrive, operations)
  }
}
