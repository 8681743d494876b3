import Administration
import Arguments
import NotificationModel
import Postgres
import Runtime

let statsCommand = Command(
  "stats", summary: "Print how deliveries went: how many, how many of them well, why not, and how fast",
  discussion:
    "Reads the delivery log with its archive in the database of --dsn or notification.dsn, and says where they do not go "
    + "back so far. The percentiles are milliseconds from an event's time (when its id was made in the service's "
    + "transaction, a UUIDv7; of another id, when that was committed) to the provider's answer, retries included, of what "
    + "was sent without having waited: what had a deliverAt, fell into the night or was replayed is in untimed. Below are "
    + "the reasons why deliveries failed or were suppressed, of each group the \(StatsQuery.shownReasons) most frequent.",
  examples: [
    .init("bongsu stats --since 24h --by channel", "the last day, each channel"),
    .init(
      "bongsu stats --since 2026-11-24T00:00:00+09:00 --until 2026-11-25T00:00:00+09:00 --by hour --json", "one day"),
  ],
  options: DatabaseOptions.all + [
    .string("since", "TIME", help: "Of events since then: a time, or how long ago (24h)."),
    .string("until", "TIME", help: "Of events before then (now)."),
    .string(
      "by", "KIND", completion: .words(StatsQuery.Grouping.allCases.map(\.rawValue)),
      help: "A line for each hour, template, channel or category."),
    .flag("json", help: "A JSON object with the lists groups and reasons, and countedFrom."),
  ]
) { arguments in
  let now = UnixTime(milliseconds: SystemTime.unixMicroseconds() / 1_000)
  let grouping = try arguments.string("by").map { word in
    guard let grouping = StatsQuery.Grouping(rawValue: word) else {
      throw UsageError(.badValue, "--by takes hour, template, channel or category")
    }
    return grouping
  }
  let query = try StatsQuery(
    since: try MomentText.parse(arguments.string("since") ?? "24h", option: "--since", now: now),
    until: try MomentText.parse(arguments.string("until") ?? "0", option: "--until", now: now), by: grouping)
  let connection = try PostgresConnection(DatabaseOptions.read(arguments))
  Terminal.standard.output(arguments.flag("json") ? try query.json(connection) : try query.text(connection))
}
