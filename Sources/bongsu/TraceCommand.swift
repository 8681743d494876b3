import Administration
import Arguments
import Configuration
import NotificationModel
import Operations
import Postgres
import Relay
import Runtime

let traceCommand = Command(
  "trace", summary: "Print the whole way of an event or a delivery, with the times between its steps",
  discussion:
    "Reads the delivery log with its archive, deferrals and dead letters in the database of --dsn or notification.dsn, "
    + "as a member of notification_operator, and the outbox's row where one is named, as a member of outbox_auditor. Exit "
    + "status 1 when nobody has heard of it.",
  examples: [
    .init("bongsu trace 0199f3c1-7b7e-7cc0-a8f2-3f1f0d3b2a10", "an event's id, or a delivery's"),
    .init("bongsu trace --user 17 --since 2h", "what became of all that was for this user"),
  ],
  options: DatabaseOptions.all + [
    .repeated("outbox-dsn", "CONNINFO", help: "An outbox to look into (the relay's sources of the configuration)."),
    .string("user", "ID", help: "Instead of an id: the events of this user, the newest first."),
    .string("since", "TIME", help: "With --user: a time, or how long ago (24h)."),
    .integer("limit", "N", in: 1...1_000, help: "With --user: how many events at most (20)."),
    .flag("json", help: "A JSON object for each event."),
  ],
  positionals: [Positional("ID", .optional, help: "An event's or a delivery's id.")]
) { arguments in
  let now = UnixTime(milliseconds: SystemTime.unixMicroseconds() / 1_000)
  let question = try TraceQuestion(arguments, now: now)
  let (database, outboxes) = try TraceQuestion.input(arguments)
  let reader = TraceReader(try PostgresConnection(database), outboxes: outboxes.map(OutboxReader.init))
  let found = try question.facts(reader)
  let stories = found.filter { !$0.isUnknown }.map { TraceStory($0, now: now) }
  guard !stories.isEmpty else {
    Terminal.standard.error(try question.unknown(reader, notes: found.flatMap(\.notes), now: now))
    throw ExitStatus(1)
  }
  let isJSON = arguments.flag("json")
  let texts = stories.map { isJSON ? JSONText.pretty($0.json) + "\n" : $0.text }
  Terminal.standard.output(texts.joined(separator: isJSON ? "" : "\n"))
}

/// What a trace is asked for.
private enum TraceQuestion {
  case id(String)
  case user(Int64, since: UnixTime, limit: Int)

  init(_ arguments: ParsedArguments, now: UnixTime) throws {
    let id = arguments.words("ID").first
    switch (id, arguments.string("user")) {
    case (let id?, nil): self = .id(try Identifier.uuid(id))
    case (nil, let user?):
      let since = try MomentText.parse(arguments.string("since") ?? "24h", option: "--since", now: now)
      self = .user(try Identifier.user(user), since: since, limit: arguments.integer("limit") ?? 20)
    case (nil, nil): throw UsageError(.missingArgument, "give an event's or a delivery's id, or --user")
    case (_?, _?): throw UsageError(.unexpectedArgument, "--user stands beside an id; give the one or the other")
    }
  }

  private static let configuration = ConfigurationOptions(keys: [("dsn", "notification.dsn")])

  static func input(
    _ arguments: ParsedArguments
  ) throws -> (database: ConnectionSettings, outboxes: [SourceSettings]) {
    let root = try configuration.reader(arguments)
    let database = ConnectionSettings(notification: root)
    let outboxes = try OutboxOptions.read(arguments, root)
    try ConfigurationOptions.finish(root, reading: ["notification", "relay"])
    guard let database else { preconditionFailure("the reader found nothing wrong with what is missing") }
    return (database, outboxes)
  }

  func facts(_ reader: TraceReader) throws -> [TraceFacts] {
    switch self {
    case .id(let id): return [try reader.facts(try reader.subject(id))]
    case .user(let user, let since, let limit):
      return try reader.events(ofUser: user, since: since, limit: limit).map {
        try reader.facts(TraceReader.Subject(eventID: $0), user: user)
      }
    }
  }

  /// Where it may still be.
  func unknown(_ reader: TraceReader, notes: [String], now: UnixTime) throws -> String {
    let reach = try reader.oldestDay().map { "note: the log and its archive go back to \($0)\n" } ?? ""
    if case .user(let user, _, _) = self { return "nothing for user \(user) is recorded since then\n" + reach }
    var text = "nobody has heard of this id: no delivery, no event that was routed, no dead letter, "
    text +=
      notes.isEmpty ? "no row of the outboxes that were looked into\n" : "and not all outboxes could be looked into\n"
    for note in notes { text += "note: \(note)\n" }
    text += reach
    if let last = try reader.lastRecorded() {
      text += "note: the recorder wrote last at \(Timestamp(last)), as far as deliveries tell that are on their way\n"
    }
    return text + "note: it may not be recorded yet: look at the lag of the relay, and of the groups bongsu-router and "
      + "bongsu-recorder; give --outbox-dsn to see whether it was written at all\n"
  }
}
