public import Kafka
public import NotificationModel
public import Postgres
public import Relay

/// Adds up one span of time: outboxes, delivery log and Kafka's groups. One audit at a time.
public final class AuditReader {
  private let notification: ConnectionSettings
  private let outboxes: [OutboxReader]
  private let kafka: KafkaSettings?
  private let way: AuditWay
  private let deadline: Duration

  /// - Parameters:
  ///   - kafka: nil leaves out what is in flight.
  ///   - way: whose topics and groups hold it.
  ///   - deadline: how long a delivery may be on its way, retries included.
  public init(
    notification: ConnectionSettings, outboxes: [SourceSettings], kafka: KafkaSettings?, way: AuditWay = AuditWay(),
    deadline: Duration
  ) {
    (self.notification, self.kafka, self.way, self.deadline) = (notification, kafka, way, deadline)
    self.outboxes = outboxes.map(OutboxReader.init)
  }

  public func run(since: UnixTime, until: UnixTime, now: UnixTime) throws -> AuditBalance {
    guard since < until else {
      throw AdministrationError(.invalidArgument, "--since is not before --until, so that nothing lies between them")
    }
    for outbox in outboxes { outbox.retry() }
    let connection = try PostgresConnection(notification)
    var balance = AuditBalance(since: since, until: until)
    if !outboxes.isEmpty {
      // Before the log is asked: what the log does not have by then was in flight now, or is missing.
      let inFlight = try kafka.map { kafka throws(KafkaError) in try InFlight(kafka, way) }
      var events = AuditBalance.Events()
      var absent = AbsentEvents()
      for outbox in outboxes {
        let grants = try outbox.missingGrants()
        if grants.isEmpty {
          try add(outbox, since, until, connection, &events, &absent)
        } else {
          balance.refused.append("outbox \(outbox.name) does not show its rows to this log-in; \(grants)")
        }
      }
      if !absent.isEmpty { events.unlooked = try inFlight?.look(for: &absent) ?? 0 }
      (events.absent, events.inFlight) = (absent.count, absent.met)
      events.absentIDs = absent.first(AuditBalance.named)
      if balance.refused.count < outboxes.count { balance.events = events }
    }
    balance.deliveries = try deliveries(connection, since, until, now)
    return balance
  }

  private func add(
    _ outbox: OutboxReader, _ since: UnixTime, _ until: UnixTime, _ connection: PostgresConnection,
    _ events: inout AuditBalance.Events, _ absent: inout AbsentEvents
  ) throws {
    try outbox.ids(since: since, until: until) { rows in
      events.written += rows.count
      let found = try find(rows, connection)
      for (row, place) in zip(rows, found) {
        switch place {
        case "routed": events.routed += 1
        case "parked": events.parked += 1
        default: absent.add(row.id)
        }
      }
    }
  }

  /// An event lies on the day of its id, of a UUIDv7, or on that of its row: a deferred one comes back days later.
  private func find(
    _ rows: [OutboxReader.Row], _ connection: PostgresConnection
  ) throws(PostgresError) -> [String] {
    let days = rows.map { Timestamp(UnixTime(milliseconds: UUIDTime.milliseconds($0.id) ?? $0.createdAt.milliseconds)) }
    let found = try connection.execute(
      """
      SELECT CASE
        WHEN EXISTS (SELECT FROM notification.routed_event r WHERE r.event_id = u.id
          AND r.event_day >= u.day - 1 AND r.event_day <= u.day + 1) THEN 'routed'
        WHEN EXISTS (SELECT FROM notification.dead_letter l WHERE l.event_id = u.id) THEN 'parked'
        ELSE 'absent' END
      FROM unnest($1::uuid[], $2::date[]) WITH ORDINALITY AS u (id, day, place) ORDER BY u.place
      """, [.array(rows.map(\.id)), .array(days.map { String($0.description.prefix(10)) })])
    return found.column
  }

  private func deliveries(
    _ connection: PostgresConnection, _ since: UnixTime, _ until: UnixTime, _ now: UnixTime
  ) throws(PostgresError) -> AuditBalance.Deliveries {
    let overdueBefore = UnixTime(milliseconds: now.milliseconds - Int64(deadline / .milliseconds(1)))
    let result = try connection.execute(
      AuditStatement.deliveries,
      [SQLTime.value(since), SQLTime.value(until), SQLTime.value(overdueBefore), SQLTime.value(now)])
    let cells = TraceCells(result, 0)
    var sums = AuditBalance.Deliveries()
    (sums.events, sums.expected, sums.recorded) = (cells.int(0), cells.int(1), cells.int(2))
    (sums.finished, sums.waiting, sums.overdue, sums.absent) = (cells.int(3), cells.int(4), cells.int(5), cells.int(6))
    sums.oldestWaitingSeconds = cells.int(7)
    sums.absentEvents = Self.ids(cells.text(8))
    sums.overdueIDs = Self.ids(cells.text(9))
    return sums
  }

  private static func ids(_ array: String) -> [String] {
    array.filter { $0 != "{" && $0 != "}" }.split(separator: ",").map(String.init)
  }
}

enum AuditStatement {
  /// Parameters: since, until, before when a delivery is overdue, now. Events are told by when they were routed; all of
  /// their parts count, whenever those were. A deferred delivery waits for as long as its row waits.
  static let deliveries = """
    WITH seen AS (
      SELECT DISTINCT event_day, event_id FROM notification.routed_event
      WHERE event_day >= $1::timestamptz::date - 8 AND event_day <= $2::timestamptz::date + 1
        AND routed_at >= $1 AND routed_at < $2
    ), numbers AS (
      SELECT s.event_day, s.event_id, sum(n.deliveries + n.suppressions + n.deferrals)::bigint AS expected
      FROM seen s JOIN LATERAL (
        SELECT * FROM notification.routed_now r WHERE r.event_day = s.event_day AND r.event_id = s.event_id
      ) AS n ON true GROUP BY 1, 2
    ), placed AS (
      SELECT d.event_day, d.event_id, d.delivery_id, d.updated_at, CASE
        WHEN d.state IN ('SUCCESS', 'FAIL', 'AMBIGUOUS', 'SUPPRESSED') THEN 'finished'
        WHEN d.updated_at >= $3::timestamptz OR w.event_id IS NOT NULL THEN 'waiting' ELSE 'overdue' END AS place,
        w.event_id IS NOT NULL AS is_deferred
      FROM seen s JOIN notification.delivery d ON d.event_id = s.event_id AND d.event_day = s.event_day
      LEFT JOIN notification.deferred w
        ON d.state = 'DEFERRED' AND (w.event_id, w.channel, w.target) = (d.event_id, d.channel, d.target)
    ), found AS (
      SELECT event_day, event_id, count(*) AS recorded, count(*) FILTER (WHERE place = 'finished') AS finished,
        count(*) FILTER (WHERE place = 'waiting') AS waiting, count(*) FILTER (WHERE place = 'overdue') AS overdue,
        min(delivery_id::text) FILTER (WHERE place = 'overdue') AS overdue_id,
        min(updated_at) FILTER (WHERE place <> 'finished' AND NOT is_deferred) AS oldest
      FROM placed GROUP BY 1, 2
    )
    SELECT count(*), coalesce(sum(n.expected), 0), coalesce(sum(f.recorded), 0), coalesce(sum(f.finished), 0),
      coalesce(sum(f.waiting), 0), coalesce(sum(f.overdue), 0),
      coalesce(sum(greatest(0, n.expected - coalesce(f.recorded, 0))), 0),
      coalesce(greatest(0, extract(epoch FROM $4::timestamptz - min(f.oldest)))::bigint, 0),
      (array_agg(n.event_id ORDER BY n.event_id) FILTER (WHERE n.expected > coalesce(f.recorded, 0)))[1:20],
      (array_agg(f.overdue_id ORDER BY f.overdue_id) FILTER (WHERE f.overdue_id IS NOT NULL))[1:20]
    FROM numbers n LEFT JOIN found f USING (event_day, event_id)
    """
}

extension OutboxReader {
  struct Row {
    var id: String
    var createdAt: UnixTime
  }

  /// Hands out the rows of a span of time, a thousand at a time.
  func ids(since: UnixTime, until: UnixTime, _ body: ([Row]) throws -> Void) throws {
    let connection = try connect()
    try connection.transaction { connection in
      for table in try tables(connection) {
        let (from, to) = (Timestamp(since), Timestamp(until))
        try connection.run(
          script: """
            DECLARE audited NO SCROLL CURSOR FOR
            SELECT \(idColumn)::text, \(SQLTime.milliseconds(timeColumn)) FROM \(table)
            WHERE \(timeColumn) >= '\(from)' AND \(timeColumn) < '\(to)'
            """)
        while true {
          let rows = try connection.run(script: "FETCH 1000 FROM audited")
          if rows.rowCount == 0 { break }
          try body(
            (0..<rows.rowCount).map { Row(id: rows[$0, 0] ?? "", createdAt: TraceCells(rows, $0).time(1)) })
        }
        try connection.run(script: "CLOSE audited")
      }
    }
  }
}
