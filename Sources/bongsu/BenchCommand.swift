import Administration
import Arguments
import Configuration
import Glibc
import Relay
import Runtime

let benchCommand = Command(
  "bench", summary: "Measure on your own servers",
  examples: [
    .init(
      "bongsu bench relay --dsn 'host=db dbname=shop user=owner' --bootstrap-servers kafka:9092",
      "how fast the relay is there")
  ],
  subcommands: [relayBenchCommand])

private let relayBenchCommand = Command(
  "relay", summary: "Measure the relay: rows a second from a backlog, and latency at a steady rate",
  discussion:
    "Works in a schema, a publication, a slot and a topic of its own, named bongsu_bench_ and a random word, "
    + "and removes them at the end, also after SIGINT or SIGTERM. It loads both servers as much as it can: not for "
    + "busy hours. "
    + "The user needs REPLICATION and CREATE on the database. "
    + "Exit status: 0 measured, 1 refused or rows are missing, 2 the command line.",
  examples: [
    .init(
      "bongsu bench relay --dsn 'host=db dbname=shop user=owner' --bootstrap-servers kafka:9092",
      "takes about a minute"),
    .init(
      "bongsu bench relay --config bongsu.yaml --rows 2000000 --rate 5000 --json figures.json",
      "a larger run with the relay's configuration, for a program too"),
  ],
  options: BenchOption.all
) { arguments in
  // A terminal that is closed, or a reader that has gone, must not end it before it has removed what it made.
  signal(SIGHUP, SIG_IGN)
  signal(SIGPIPE, SIG_IGN)
  let signals = StopSignals()
  let (relay, topics) = try BenchOption.read(arguments)
  let bench = RelayBench(relay, options: BenchOption.size(arguments), signals: signals) { text in
    Terminal.standard.error("bench: \(text)\n")
  }
  let report: BenchReport
  do {
    report = try bench.run(topics: topics)
  } catch let error as BenchInterrupted {
    Terminal.standard.error("bench: interrupted\n")
    throw ExitStatus(128 + error.signal)
  }
  Terminal.standard.output(report.text)
  if let file = arguments.string("json") { try report.write(to: file) }
  for failure in report.failures { Terminal.standard.error("bench: \(failure)\n") }
  if !report.failures.isEmpty { throw ExitStatus(1) }
}

/// The options of `bench relay` and what they make of the configuration.
private enum BenchOption {
  static let all: [Option] =
    ConfigurationOptions.file + [
      .string("dsn", "CONNINFO", help: "The database, as libpq takes it; a password belongs into a password file."),
      .string("bootstrap-servers", "HOST:PORT", help: "Kafka's addresses, separated by commas."),
      .integer("rows", "N", in: 1...1_000_000_000, help: "Rows of the backlog, 430 bytes each (200000)."),
      .integer("seconds", "N", in: 1...3_600, help: "How long rows are inserted for the latency (20)."),
      .integer("rate", "N", in: 1...100_000, help: "How many a second (1000)."),
      .string("partitions", "N", help: "Partitions of the topic (6)."),
      .string("json", "FILE", completion: .files, help: "Write the figures there, for a program."),
    ]

  private static let configuration = ConfigurationOptions(keys: [
    ("dsn", "relay.dsn"), ("bootstrap-servers", "kafka.bootstrapServers"), ("partitions", "topics.partitions"),
  ])

  static func read(_ arguments: ParsedArguments) throws -> (RelaySettings, TopicSection) {
    let root = try configuration.reader(arguments)
    let relay = RelaySettings(root: root)
    let topics = TopicSection(root: root)
    try ConfigurationOptions.finish(root, reading: ["kafka", "relay", "topics"])
    guard let relay else { preconditionFailure("the reader found nothing wrong with what is missing") }
    return (relay, topics)
  }

  static func size(_ arguments: ParsedArguments) -> BenchOptions {
    var options = BenchOptions()
    options.rows = arguments.integer("rows") ?? options.rows
    options.seconds = arguments.integer("seconds") ?? options.seconds
    options.rate = arguments.integer("rate") ?? options.rate
    return options
  }
}
