import Arguments
import Configuration
import Operations
import Router
import Runtime

let routerCommand = Command(
  "router", summary: "Turn events into deliveries, one per person, channel and device",
  discussion: "The router reads notification.events, asks the notification database whom each event reaches and what "
    + "they chose, and writes deliveries to the channels' topics and what became of each to notification.status. "
    + "Several share the topic's partitions. SIGTERM finishes what is in flight.",
  examples: [
    .init("bongsu router --config /etc/bongsu/bongsu.yaml", "as the file says"),
    .init(
      "bongsu router --dsn 'host=db dbname=notification user=router' --redis 127.0.0.1:6379 "
        + "--bootstrap-servers kafka:9092", "from flags alone"),
  ],
  options: ConfigurationOptions.file + RouterOptions.all + RelayOptions.listen
) { arguments in
  let (router, operations) = try RouterOptions.read(arguments)
  try runDaemon("router", operations) { registry, logger in
    RoleService("router", RouterRole(router, registry: registry, logger: logger), stopDeadline: router.stopDeadline)
  }
}

/// The options of the commands that route.
enum RouterOptions {
  static let all: [Option] = [
    .string("dsn", "CONNINFO", help: "The notification database; a password belongs into a password file."),
    .string("redis", "ADDRESS", help: "HOST:PORT or a unix socket's path (127.0.0.1:6379)."),
    .string("bootstrap-servers", "HOST:PORT", help: "Kafka's addresses, separated by commas."),
    .string("group", "NAME", help: "Kafka's consumer group (bongsu-router)."),
  ]

  private static let configuration = ConfigurationOptions(keys: [
    ("dsn", "notification.dsn"), ("redis", "redis.address"), ("bootstrap-servers", "kafka.bootstrapServers"),
    ("group", "router.group"), ("listen", "http.listen"),
  ])

  static func read(_ arguments: ParsedArguments) throws -> (router: RouterSettings, operations: OperationsSettings) {
    let root = try configuration.reader(arguments)
    let router = RouterSettings(root: root)
    let operations = OperationsSettings(root)
    try ConfigurationOptions.finish(
      root, reading: ["http", "kafka", "log", "notification", "policy", "redis", "router"])
    guard let router else { preconditionFailure("the reader found nothing wrong with what is missing") }
    return (router, operations)
  }
}
