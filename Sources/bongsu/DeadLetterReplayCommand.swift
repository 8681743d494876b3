import Administration
import Arguments
import Configuration
import DeadLetters
import Glibc
import Kafka
import NotificationModel
import Operations
import Postgres
import Relay
import Runtime
import Worker

let replayCommand = Command(
  "replay", summary: "Send dead letters anew, to the topics they came from first",
  discussion: "Ids stay, the number of the replay is raised, the next attempt is the first. Values stay byte for byte, "
    + "but for the notBefore of deliveries that are older than half of worker.claimHorizon, which becomes now. What a "
    + "relay parked is read again from its outbox. Where only a pointer was parked, as of what is too large, the record is "
    + "read where it lies in its topic, or for an event from its outbox; --dry-run reads it too. Only open ones are "
    + "replayed. Ctrl-C ends it after the batch that is on its way. Exit status 1 when one of those chosen was not replayed.",
  examples: [
    .init("bongsu dlq replay --reason STALE --since 6h --dry-run", "what would go where"),
    .init("bongsu dlq replay 42 43 --yes", "those two"),
    .init("bongsu dlq replay --all --rate 50/s --by 'kim, ticket 17'", "all of them, slowly"),
  ],
  options: DatabaseOptions.all + [
    .string("bootstrap-servers", "HOST:PORT", help: "Kafka's addresses, separated by commas."),
    .repeated("outbox-dsn", "CONNINFO", help: "An outbox, for pointers (the relay's sources of the file)."),
    .string("rate", "N/s", help: "How many a second at most."),
    .flag("ignore-expiry", help: "Also those whose time to be sent is over; never advertising."),
  ] + DeadLetterOptions.filter + DeadLetterOptions.changing,
  positionals: [DeadLetterOptions.ids]
) { arguments in
  let signals = StopSignals()
  let filter = try DeadLetterOptions.chosen(arguments)
  let rate = try DeadLetterOptions.rate(arguments.string("rate"))
  let (database, kafka, read) = try ReplayInput.read(arguments)
  var options = read
  options.rate = rate
  options.rules.ignoresExpiry = arguments.flag("ignore-expiry")
  let connection = try PostgresConnection(database)
  let store = DeadLetterStore(connection)
  try DeadLetterOptions.notePassedOver(filter, store)
  let replay = DeadLetterReplay(connection, kafka, options, signals: signals)
  if arguments.flag("dry-run") {
    let tally = try replay.preview(filter)
    Terminal.standard.output(tally.text(verb: "would be replayed"))
    guard let signal = tally.signal else { return }
    Terminal.standard.error("interrupted: these are not all\n")
    throw ExitStatus(128 + signal)
  }
  let count = try store.count(filter)
  guard try DeadLetterOptions.isConfirmed(arguments, "replay \(count) dead letters", signals) else { return }
  var progress = ReplayProgress(total: count, isTerminal: isatty(STDERR_FILENO) == 1)
  let tally: ReplayTally
  do {
    tally = try replay.run(filter) { tally in
      if let text = progress.text(tally.seen) { Terminal.standard.error(text) }
    }
  } catch {
    Terminal.standard.error(
      "\(progress.end ?? "")\(replay.tally.replayed) of \(count) are replayed, the others are as they were\n")
    throw error
  }
  if let end = progress.end { Terminal.standard.error(end) }
  Terminal.standard.output(tally.text(verb: "replayed"))
  if let signal = tally.signal {
    Terminal.standard.error("interrupted: \(tally.replayed) of \(count) are replayed, the others are as they were\n")
    throw ExitStatus(128 + signal)
  }
  let closed = filter.ids.isEmpty ? 0 : filter.ids.count - tally.seen
  if closed > 0 { Terminal.standard.error("\(closed) of those named are not open, or not there\n") }
  if tally.seen > tally.replayed + tally.settled || closed > 0 { throw ExitStatus(1) }
}

/// What a replay reads out of the configuration.
private enum ReplayInput {
  private static let configuration = ConfigurationOptions(keys: [
    ("dsn", "notification.dsn"), ("bootstrap-servers", "kafka.bootstrapServers"),
  ])

  static func read(
    _ arguments: ParsedArguments
  ) throws -> (database: ConnectionSettings, kafka: KafkaSettings, options: DeadLetterReplay.Options) {
    let root = try configuration.reader(arguments)
    let database = ConnectionSettings(notification: root)
    let kafka = KafkaSettings(root: root)
    var rules = ReplayRules(now: UnixTime(milliseconds: SystemTime.unixMicroseconds() / 1_000))
    rules.claimHorizon = WorkerSettings.claimHorizon(root: root)
    let outboxes = try OutboxOptions.read(arguments, root)
    try ConfigurationOptions.finish(root, reading: ["kafka", "notification", "relay", "worker"])
    guard let database, let kafka else { preconditionFailure("the reader found nothing wrong with what is missing") }
    var options = DeadLetterReplay.Options(rules: rules, by: DeadLetterOptions.who(arguments))
    options.sources = outboxes
    return (database, kafka, options)
  }
}
