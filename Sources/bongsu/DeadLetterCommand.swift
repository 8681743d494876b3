import Administration
import Arguments
import Postgres

let deadLetterCommand = Command(
  "dlq", summary: "List, show, replay and purge what was given up",
  discussion: "Works on notification.dead_letter in the database of --dsn or notification.dsn, as a member of "
    + "notification_operator. A recorder fills it from the topic notification.parked.",
  examples: [
    .init("bongsu dlq list --by reason", "what is there, by reason"),
    .init("bongsu dlq replay --reason STALE --since 6h", "sends anew what got stale in the last six hours"),
  ],
  subcommands: [listCommand, showCommand, replayCommand, purgeCommand])

private let listCommand = Command(
  "list", summary: "Print dead letters, the oldest first, or how many there are of each kind",
  examples: [
    .init("bongsu dlq list --channel sms --since 24h", "the last day's SMS"),
    .init("bongsu dlq list --by template --json", "counted, for a program"),
  ],
  options: DatabaseOptions.all + DeadLetterOptions.filter + DeadLetterOptions.states + [
    .string(
      "by", "KIND", completion: .words(DeadLetterGrouping.allCases.map(\.rawValue)),
      help: "Count them by reason, channel, template or hour."),
    .integer("limit", "N", in: 1...1_000_000, help: "How many lines at most (100)."),
    .flag("json", help: "A JSON array, with all columns."),
  ]
) { arguments in
  let filter = try DeadLetterOptions.read(arguments)
  let grouping = try arguments.string("by").map { word in
    guard let grouping = DeadLetterGrouping(rawValue: word) else {
      throw UsageError(.badValue, "--by takes reason, channel, template or hour")
    }
    return grouping
  }
  let store = DeadLetterStore(try PostgresConnection(DatabaseOptions.read(arguments)))
  let limit = arguments.integer("limit") ?? 100
  let isJSON = arguments.flag("json")
  switch (grouping, isJSON) {
  case (let grouping?, true): Terminal.standard.output(try store.summaryJSON(filter, by: grouping, limit: limit))
  case (let grouping?, false): Terminal.standard.output(try store.summary(filter, by: grouping, limit: limit).table)
  case (nil, true): Terminal.standard.output(try store.listJSON(filter, limit: limit))
  case (nil, false): Terminal.standard.output(try store.list(filter, limit: limit).table)
  }
  try DeadLetterOptions.notePassedOver(filter, store)
}

private let showCommand = Command(
  "show", summary: "Print one with its headers, its history and what it holds",
  discussion:
    "Addresses and texts are masked. By an event's or a delivery's id all of its dead letters are shown. Exit "
    + "status 1 when there is none.",
  examples: [
    .init("bongsu dlq show 42", "prints it"),
    .init("bongsu dlq show 42 --unmask", "with addresses and texts: mind who looks on"),
  ],
  options: DatabaseOptions.all + [
    .flag("unmask", help: "Show addresses and texts."), .flag("json", help: "A JSON object for each."),
  ],
  positionals: [Positional("ID", help: "A dead letter's number, or an event's or a delivery's id.")]
) { arguments in
  let connection = try PostgresConnection(DatabaseOptions.read(arguments))
  let ids = try DeadLetterStore(connection).ids(named: arguments.words("ID")[0])
  let details = try ids.compactMap { try DeadLetterDetail($0, connection) }
  guard !details.isEmpty else {
    Terminal.standard.error("there is no such dead letter; bongsu dlq list --state all has those there are\n")
    throw ExitStatus(1)
  }
  let isMasked = !arguments.flag("unmask")
  let isJSON = arguments.flag("json")
  let texts = details.map { isJSON ? $0.json(isMasked: isMasked) : $0.text(isMasked: isMasked) }
  Terminal.standard.output(texts.joined(separator: isJSON ? "" : "\n"))
}

private let purgeCommand = Command(
  "purge", summary: "Take away what dead letters say, for good",
  discussion: "Who did it and when stays, and who replayed them before. The topic notification.parked is left as it "
    + "is.",
  examples: [
    .init("bongsu dlq purge 42 43 --yes", "those two"),
    .init("bongsu dlq purge --state replayed --until 720h --dry-run", "how many were replayed and are a month old"),
  ],
  options: DatabaseOptions.all + DeadLetterOptions.filter + DeadLetterOptions.states + DeadLetterOptions.changing,
  positionals: [DeadLetterOptions.ids]
) { arguments in
  let filter = try DeadLetterOptions.chosen(arguments)
  let store = DeadLetterStore(try PostgresConnection(DatabaseOptions.read(arguments)))
  let count = try store.count(filter)
  try DeadLetterOptions.notePassedOver(filter, store)
  guard !arguments.flag("dry-run") else { return Terminal.standard.output("would purge \(count)\n") }
  guard try DeadLetterOptions.isConfirmed(arguments, "purge \(count) dead letters for good") else { return }
  Terminal.standard.output("purged \(try store.purge(filter, by: DeadLetterOptions.who(arguments)))\n")
}
