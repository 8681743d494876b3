import Arguments
import HTTPServer
import Kafka
import Postgres
import Relay

let relayCommand = Command(
  "relay", summary: "Send committed outbox rows from a replication slot to Kafka",
  discussion: "The relay reads the slot and confirms a transaction once Kafka has acknowledged it and all before it. "
    + "SIGTERM finishes what is in flight.",
  examples: [
    .init(
      "bongsu relay --dsn 'host=db dbname=shop user=relay' --slot bongsu --bootstrap-servers kafka:9092",
      "one source, from flags alone")
  ],
  options: [
    .string("dsn", "CONNINFO", help: "The database, as libpq takes it; a password belongs into a password file."),
    .string("slot", "NAME", help: "The replication slot (bongsu)."),
    .string("publication", "NAME", help: "The publication (bongsu)."),
    .string("bootstrap-servers", "HOST:PORT", help: "Kafka's addresses, separated by commas."),
    .string("topic", "NAME", help: "Where rows go (notification.events)."),
    .string("parked-topic", "NAME", help: "Where the pointers of refused rows go (notification.parked)."),
    .string("listen", "HOST:PORT", help: "Where /metrics, /healthz and /readyz answer (127.0.0.1:9464)."),
    .flag("create-slot", help: "At the first set-up: make the slot and send what the tables already hold."),
    .repeated("set", "KEY=VALUE", help: "A property of librdkafka, as kafka.properties.linger.ms=1."),
  ]
) { arguments in
  try runRelay(
    try relaySettings(arguments), listen: try ListenAddress(arguments.string("listen") ?? "127.0.0.1:9464"))
}

private func relaySettings(_ arguments: ParsedArguments) throws -> RelaySettings {
  guard let dsn = arguments.string("dsn") else {
    throw UsageError(.missingArgument, "--dsn is missing: name the database")
  }
  guard let servers = arguments.string("bootstrap-servers") else {
    throw UsageError(.missingArgument, "--bootstrap-servers is missing: name Kafka's address")
  }
  var source = SourceSettings(
    name: "default", connection: try ConnectionSettings(conninfo: dsn), slot: arguments.string("slot") ?? "bongsu",
    publication: arguments.string("publication") ?? "bongsu",
    topic: arguments.string("topic") ?? "notification.events",
    parkedTopic: arguments.string("parked-topic") ?? "notification.parked")
  source.createSlot = arguments.flag("create-slot")
  let kafka = KafkaSettings(bootstrapServers: servers, properties: try properties(arguments.strings("set")))
  return RelaySettings(sources: [source], kafka: kafka)
}

private func properties(_ settings: [String]) throws -> [String: String] {
  let prefix = "kafka.properties."
  return try Dictionary(
    settings.map { setting in
      guard setting.hasPrefix(prefix), let equals = setting.firstIndex(of: "=") else {
        throw UsageError(.badValue, "--set takes \(prefix)NAME=VALUE")
      }
      let name = setting[..<equals].dropFirst(prefix.count)
      return (String(name), String(setting[setting.index(after: equals)...]))
    }, uniquingKeysWith: { $1 })
}
