import Arguments
import Relay

let relayCommand = Command(
  "relay", summary: "Send committed outbox rows from a replication slot to Kafka",
  discussion: "The relay reads the slot and confirms a transaction once Kafka has acknowledged it and all before it. "
    + "SIGTERM finishes what is in flight.",
  examples: [
    .init(
      "bongsu relay --dsn 'host=db dbname=shop user=relay' --slot bongsu --bootstrap-servers kafka:9092",
      "one source, from flags alone"),
    .init("bongsu relay --config /etc/bongsu/bongsu.yaml", "every source of the file"),
  ],
  options: ConfigurationOptions.file + RelayOptions.source + RelayOptions.listen + [
    .flag("create-slot", help: "At the first set-up: make the slot and send what the tables already hold.")
  ],
  subcommands: [relayRepairCommand]
) { arguments in
  let (relay, operations) = try RelayOptions.read(arguments, creatingSlots: arguments.flag("create-slot"))
  try runDaemon("relay", operations) { registry, logger in
    RelayService(role: RelayRole(relay, registry: registry, logger: logger), stopDeadline: relay.stopDeadline)
  }
}
