import Kafka
import NotificationModel
import Postgres

/// What the log tells of deliveries that nothing is heard of, and what was done about them.
struct SweepStore {
  let connection: PostgresConnection
  let settings: SweeperSettings

  /// Opens the transaction of a round.
  /// - Returns: false while another sweeper has one.
  func begin() throws(PostgresError) -> Bool {
    try connection.run(script: "BEGIN")
    let lock = "SELECT pg_try_advisory_xact_lock(1, hashtext('notification.sweep'))"
    return try connection.execute(lock).scalar == "t"
  }

  func end() throws(PostgresError) { try connection.run(script: "COMMIT") }

  func cases(now: UnixTime) throws(PostgresError) -> [SweepCase] {
    let found = try connection.execute(
      Self.casesSQL,
      [
        .text(String(now.milliseconds)), .text(String(Int64(settings.deadline / .milliseconds(1)))),
        .text(String(Int64(settings.retryDeadline / .milliseconds(1)))), .text(String(settings.perRound)),
      ])
    return (0..<found.rowCount).map { row in
      func number(_ column: Int) -> Int64 { found[row, column].flatMap { Int64($0) } ?? 0 }
      return SweepCase(
        key: SweepCase.Key(day: found[row, 0] ?? "", event: found[row, 1] ?? "", replay: Int(number(2))),
        deliveries: Int(number(3)), eventTime: UnixTime(milliseconds: number(4)),
        since: UnixTime(milliseconds: number(5)), sweeps: Int(number(6)),
        origin: found[row, 7].flatMap { RecordPlace($0) })
    }
  }

  /// Waits longer after each time that an event was sent again. Of an event's parts the whole is sent, as it makes all of
  /// its deliveries; what is finished of them is not sent twice.
  private static let casesSQL = """
    WITH given AS (
      SELECT to_timestamp($1::bigint / 1000.0::float8) AS now, $2::bigint * interval '1 millisecond' AS deadline,
        $3::bigint * interval '1 millisecond' AS retry_deadline),
    silent AS (
      SELECT d.event_day, d.event_id, d.replay, count(*) AS deliveries, min(d.event_time) AS event_time,
        min(coalesce(d.pending_at, d.updated_at)) AS since, min(d.updated_at) AS heard_at
      FROM notification.delivery d, given
      WHERE d.state IN ('PENDING', 'PROCESSING', 'RETRYING')
        AND d.updated_at < given.now - least(given.deadline, given.retry_deadline)
        AND d.updated_at < given.now
          - CASE d.state WHEN 'RETRYING' THEN given.retry_deadline ELSE given.deadline END
        AND d.event_day >= (given.now AT TIME ZONE 'UTC')::date - 8
      GROUP BY 1, 2, 3)
    SELECT silent.event_day, silent.event_id, silent.replay, silent.deliveries,
      round(extract(epoch FROM silent.event_time) * 1000)::bigint, round(extract(epoch FROM silent.since) * 1000)::bigint,
      coalesce(s.sweeps, 0),
      (SELECT r.origin FROM notification.routed_event r
        WHERE r.event_day = silent.event_day AND r.event_id = silent.event_id AND r.replay = silent.replay
          AND r.origin IS NOT NULL
        ORDER BY r.part = '' DESC, r.routed_at DESC LIMIT 1)
    FROM silent CROSS JOIN given LEFT JOIN notification.sweep s USING (event_day, event_id, replay)
    WHERE s.left_at IS NULL
      AND (s.swept_at IS NULL OR s.swept_at < given.now - given.deadline * power(2, s.sweeps - 1))
    ORDER BY silent.heard_at LIMIT $4
    """

  func note(swept: [SweepCase], now: UnixTime) throws(PostgresError) {
    guard !swept.isEmpty else { return }
    try connection.pipeline(
      swept.map { event in
        (
          """
          INSERT INTO notification.sweep AS old (event_day, event_id, replay, sweeps, swept_at)
          VALUES ($1, $2, $3, 1, to_timestamp($4::bigint / 1000.0::float8))
          ON CONFLICT (event_day, event_id, replay) DO UPDATE
          SET sweeps = old.sweeps + 1, swept_at = excluded.swept_at
          """, Self.key(event) + [.text(String(now.milliseconds))]
        )
      })
  }

  func note(left: [(event: SweepCase, reason: SweepCase.LeftReason)], now: UnixTime) throws(PostgresError) {
    guard !left.isEmpty else { return }
    try connection.pipeline(
      left.map { event, reason in
        (
          """
          INSERT INTO notification.sweep AS old (event_day, event_id, replay, sweeps, swept_at, left_at, reason)
          VALUES ($1, $2, $3, 0, to_timestamp($4::bigint / 1000.0::float8), to_timestamp($4::bigint / 1000.0::float8), $5)
          ON CONFLICT (event_day, event_id, replay) DO UPDATE SET left_at = excluded.left_at, reason = excluded.reason
          """, Self.key(event) + [.text(String(now.milliseconds)), .text(reason.rawValue)]
        )
      })
  }

  private static func key(_ event: SweepCase) -> [SQLValue] {
    [.text(event.key.day), .text(event.key.event), .text(String(event.key.replay))]
  }
}
