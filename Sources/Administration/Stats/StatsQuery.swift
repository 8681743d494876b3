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
  private var conditions: SQLConditions {
    var all = SQLConditions()
    all.add("d.event_day >= \(all.place(Self.day(since)))::date")
    all.add("d.event_day <= \(all.place(Self.day(until)))::date")
    all.add("d.event_time", ">=", since)
    all.add("d.event_time", "<", until)
    return all
  }

  private static func day(_ time: UnixTime) -> SQLValue { .text(String(Timestamp(time).description.prefix(10))) }

  /// Receipts are known of text messages alone, and their rate is of those whose carrier gave a word.
  /// Percentiles in milliseconds from the event's time to the provider's answer, of what was sent.
  var groups: ShownQuery {
    let conditions = conditions
    let name = grouping?.rawValue ?? "deliveries"
    func count(_ states: String...) -> String {
      "count(*) FILTER (WHERE d.state IN (\(states.map { "'\($0)'" }.joined(separator: ", "))))"
    }
    func receipts(_ word: String) -> String {
      "count(*) FILTER (WHERE d.state = 'SUCCESS' AND d.receipt = '\(word)')"
    }
    func percentile(_ share: String) -> String {
      """
      round((percentile_cont(\(share)) WITHIN GROUP (ORDER BY extract(epoch FROM d.finished_at - d.event_time) * 1000)
        FILTER (WHERE d.state = 'SUCCESS'))::numeric)
      """
    }
    return ShownQuery(
      sql: """
        SELECT \(grouping?.expression ?? "'all'") AS \(name), count(*) AS all_of_them, \(count("SUCCESS")) AS sent,
          round(100.0 * \(count("SUCCESS")) / nullif(\(count("SUCCESS", "FAIL", "AMBIGUOUS")), 0), 2) AS success_percent,
          \(receipts("DELIVERED")) AS delivered, \(receipts("UNDELIVERED")) AS undelivered,
          \(receipts("UNKNOWN")) AS receipt_unknown, round(100.0 * \(receipts("DELIVERED"))
            / nullif(\(receipts("DELIVERED")) + \(receipts("UNDELIVERED")), 0), 2) AS delivered_percent,
          \(count("FAIL")) AS failed, \(count("AMBIGUOUS")) AS ambiguous, \(count("SUPPRESSED")) AS suppressed,
          \(count("PENDING", "PROCESSING", "RETRYING")) AS on_their_way, \(count("DEFERRED")) AS deferred,
          \(percentile("0.5")) AS p50_ms, \(percentile("0.99")) AS p99_ms
        FROM \(LogTables.deliveries) AS d\(conditions.clause)
        GROUP BY 1 ORDER BY \(grouping == .hour ? "1" : "2 DESC, 1")
        """, parameters: conditions.parameters)
  }

  /// Why deliveries failed or were suppressed, the most frequent reasons first.
  var reasons: ShownQuery {
    let conditions = conditions
    return ShownQuery(
      sql: """
        SELECT d.state, d.reason, count(*) AS deliveries FROM \(LogTables.deliveries) AS d\(conditions.clause)
          AND d.state IN ('FAIL', 'AMBIGUOUS', 'SUPPRESSED')
        GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 50
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
    let note = try start(connection).map { "note: the log and its archive go back to \($0); older ones are not counted\n" }
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
