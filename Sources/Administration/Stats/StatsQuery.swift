public import NotificationModel
public import Postgres

/// How deliveries went in a span of time, as the delivery log and its archive have it.
public struct StatsQuery: Sendable, Equatable {
  /// What deliveries can be told apart by.
  public enum Grouping: String, Sendable, CaseIterable {
    case hour, template, channel, category

    var expression: String {
      switch self {
      case .hour: "to_char(date_trunc('hour', d.event_time AT TIME ZONE 'UTC'), 'YYYY-MM-DD\"T\"HH24:MI\"Z\"')"
      case .template, .channel, .category: "d.\(rawValue)"
      }
    }
  }

  /// By the events' times; `until` is not among them.
  public var since, until: UnixTime
  public var grouping: Grouping?

  public init(since: UnixTime, until: UnixTime, by grouping: Grouping? = nil) throws(AdministrationError) {
    guard since < until else {
      throw AdministrationError(.invalidArgument, "--since is not before --until, so that nothing lies between them")
    }
    (self.since, self.until, self.grouping) = (since, until, grouping)
  }

  /// The day first: of the log's partitions only those that can hold such rows are read.
  private var conditions: (all: SQLConditions, days: String) {
    var all = SQLConditions()
    let (first, last) = (all.place(Self.day(since)), all.place(Self.day(until)))
    let days = "event_day >= \(first)::date AND event_day <= \(last)::date"
    all.add("d.event_day >= \(first)::date AND d.event_day <= \(last)::date")
    all.add("d.event_time", ">=", since)
    all.add("d.event_time", "<", until)
    return (all, days)
  }

  private static func day(_ time: UnixTime) -> SQLValue { .text(String(Timestamp(time).description.prefix(10))) }

  private var name: String { grouping?.rawValue ?? "deliveries" }
  private var group: String { grouping?.expression ?? "'all'" }

  /// Receipts are known of text messages alone, and their rate is of those whose carrier gave a word.
  /// Percentiles in milliseconds from the event's time to the provider's answer, of what was sent at once: what had waited
  /// for its time (`deliverAt`, the night) or for a person (a replay) is counted in `untimed` instead.
  var groups: ShownQuery {
    let (conditions, days) = conditions
    func count(_ states: String...) -> String {
      "count(*) FILTER (WHERE d.state IN (\(states.map { "'\($0)'" }.joined(separator: ", "))))"
    }
    func receipts(_ word: String) -> String {
      "count(*) FILTER (WHERE d.state = 'SUCCESS' AND d.receipt = '\(word)')"
    }
    let isTimed = "d.replay = 0 AND w.delivery_id IS NULL"
    func percentile(_ share: String) -> String {
      """
      round((percentile_cont(\(share)) WITHIN GROUP (ORDER BY extract(epoch FROM d.finished_at - d.event_time) * 1000)
        FILTER (WHERE d.state = 'SUCCESS' AND \(isTimed)))::numeric)
      """
    }
    return ShownQuery(
      sql: """
        SELECT \(group) AS \(name), count(*) AS all_of_them, \(count("SUCCESS")) AS sent,
          round(100.0 * \(count("SUCCESS")) / nullif(\(count("SUCCESS", "FAIL", "AMBIGUOUS")), 0), 2) AS success_percent,
          \(receipts("DELIVERED")) AS delivered, \(receipts("UNDELIVERED")) AS undelivered,
          \(receipts("UNKNOWN")) AS receipt_unknown, round(100.0 * \(receipts("DELIVERED"))
            / nullif(\(receipts("DELIVERED")) + \(receipts("UNDELIVERED")), 0), 2) AS delivered_percent,
          \(count("FAIL")) AS failed, \(count("AMBIGUOUS")) AS ambiguous, \(count("SUPPRESSED")) AS suppressed,
          \(count("PENDING", "PROCESSING", "RETRYING")) AS on_their_way, \(count("DEFERRED")) AS deferred,
          \(percentile("0.5")) AS p50_ms, \(percentile("0.99")) AS p99_ms,
          count(*) FILTER (WHERE d.state = 'SUCCESS' AND NOT (\(isTimed))) AS untimed
        FROM \(LogTables.deliveries) AS d LEFT JOIN (
          SELECT DISTINCT event_day, delivery_id FROM \(LogTables.steps) AS s WHERE state = 'DEFERRED' AND \(days)
        ) AS w ON w.event_day = d.event_day AND w.delivery_id = d.delivery_id\(conditions.clause)
        GROUP BY 1 ORDER BY \(grouping == .hour ? "1" : "2 DESC, 1")
        """, parameters: conditions.parameters)
  }

  /// How many reasons of a group are told one by one.
  public static let shownReasons = 20

  /// Why deliveries failed or were suppressed, in the order of the groups, the most frequent reasons of each first; the
  /// rarest of many are added up as `(others)`.
  var reasons: ShownQuery {
    let conditions = conditions.all
    return ShownQuery(
      sql: """
        WITH counted AS (
          SELECT \(group) AS name, d.state, d.reason, count(*) AS number,
            row_number() OVER (PARTITION BY \(group) ORDER BY count(*) DESC, d.state, d.reason) AS place
          FROM \(LogTables.deliveries) AS d\(conditions.clause) AND d.state IN ('FAIL', 'AMBIGUOUS', 'SUPPRESSED')
          GROUP BY 1, 2, 3
        ), told AS (
          SELECT name, state, CASE WHEN place <= \(Self.shownReasons) THEN reason ELSE '(others)' END AS reason,
            sum(number)::bigint AS number, min(place) AS place
          FROM counted GROUP BY 1, 2, 3
        )
        SELECT \(grouping == nil ? "" : "name AS \(name), ")state, reason, number AS deliveries FROM told
        ORDER BY \(grouping == .hour ? "name" : "sum(number) OVER (PARTITION BY name) DESC, name"), place
        """, parameters: conditions.parameters)
  }

  /// From when on there is something to count, where that is later than what was asked for.
  private func start(_ connection: PostgresConnection) throws(PostgresError) -> String? {
    guard let oldest = try LogTables.oldestDay(connection) else { return nil }
    return oldest > String(Timestamp(since).description.prefix(10)) ? oldest : nil
  }

  /// Two tables, and from when they are where the log does not go back so far.
  public func text(_ connection: PostgresConnection) throws -> String {
    let groups = try groups.rows(connection)
    let note = try start(connection).map {
      "note: the log and its archive go back to \($0); older ones are not counted\n"
    }
    guard !groups.rows.isEmpty else { return "no deliveries are recorded for this time\n" + (note ?? "") }
    let reasons = try reasons.rows(connection)
    let tables = [groups.table] + (reasons.rows.isEmpty ? [] : [reasons.table])
    return (tables + [note].compactMap(\.self)).joined(separator: "\n")
  }

  /// An object with the lists `groups` and `reasons`, and `countedFrom`: the day from which on the log and its archive go,
  /// null where they go back to what was asked for.
  public func json(_ connection: PostgresConnection) throws -> String {
    let (groups, reasons) = (try groups.json(connection), try reasons.json(connection))
    let from = try start(connection).map { "\"\($0)\"" } ?? "null"
    return "{\"groups\": \(groups), \"reasons\": \(reasons), \"countedFrom\": \(from)}\n"
  }
}
