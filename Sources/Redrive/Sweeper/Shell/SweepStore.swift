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

  /// Whether there is anything to ask further about: in an outage there may be a million of them.
  func isAnySilent(now: UnixTime) throws(PostgresError) -> Bool {
    try connection.execute(Self.anySQL, parameters(now, LaneFronts())).scalar == "t"
  }

  /// - Parameter fronts: what they hold is left out.
  func cases(now: UnixTime, without fronts: LaneFronts) throws(PostgresError) -> [SweepCase] {
    let found = try connection.execute(
      Self.casesSQL, parameters(now, fronts) + [.text(String(settings.perRound))])
    return (0..<found.rowCount).map { row in
      func number(_ column: Int) -> Int64 { found[row, column].flatMap { Int64($0) } ?? 0 }
      return SweepCase(
        key: SweepCase.Key(day: found[row, 0] ?? "", event: found[row, 1] ?? "", replay: Int(number(2))),
        deliveries: Int(number(3)), eventTime: UnixTime(milliseconds: number(4)),
        since: UnixTime(milliseconds: number(5)), sweeps: Int(number(6)),
        origin: found[row, 7].flatMap { RecordPlace($0) })
    }
  }

  /// How many deliveries are silent and held.
  func held(by fronts: LaneFronts, now: UnixTime) throws(PostgresError) -> Int {
    if fronts.holds.isEmpty { return 0 }
    return try connection.execute(Self.heldSQL, parameters(now, fronts)).scalar.flatMap { Int($0) } ?? 0
  }

  func parameters(_ now: UnixTime, _ fronts: LaneFronts) -> [SQLValue] {
    let (deadline, retryDeadline) = (settings.deadline / .milliseconds(1), settings.retryDeadline / .milliseconds(1))
    let holds = fronts.holds
    return [
      .text(String(now.milliseconds)), .text(String(Int64(deadline))), .text(String(Int64(retryDeadline))),
      .array(holds.map(\.name)), .array(holds.map(\.oldest.milliseconds)),
    ]
  }

  /// The moment, the deadlines, and what the lanes hold.
  static let givenSQL = """
    WITH given AS (
      SELECT to_timestamp($1::bigint / 1000.0::float8) AS now, $2::bigint * interval '1 millisecond' AS deadline,
        $3::bigint * interval '1 millisecond' AS retry_deadline),
    lane AS (
      SELECT name, to_timestamp(oldest / 1000.0::float8) AS oldest
      FROM unnest($4::text[], $5::bigint[]) AS held (name, oldest))
    """

  /// What nothing is heard of. It waits longer after each time that an event was sent again. What was replayed by a dead
  /// letter of its own is not its event's: that may be gone, or have another number of replay.
  private static let silentSQL =
    givenSQL + """
      , silent AS (
        SELECT d.event_day, d.event_id, d.replay, d.event_time, coalesce(d.pending_at, d.updated_at) AS since,
          d.updated_at, coalesce(s.sweeps, 0) AS sweeps,
          EXISTS (SELECT FROM lane WHERE lane.name IN (d.channel, d.state)
            AND lane.oldest <= greatest(d.updated_at, s.swept_at) + allowed.deadline) AS is_held
        FROM given CROSS JOIN notification.delivery d
        CROSS JOIN LATERAL (
          SELECT CASE d.state WHEN 'RETRYING' THEN given.retry_deadline ELSE given.deadline END AS deadline) AS allowed
        LEFT JOIN notification.sweep s
          ON (s.event_day, s.event_id, s.replay) = (d.event_day, d.event_id, d.replay)
        WHERE d.state IN ('PENDING', 'PROCESSING', 'RETRYING')
          AND d.updated_at < given.now - least(given.deadline, given.retry_deadline)
          AND d.updated_at < given.now - allowed.deadline
          AND d.event_day >= (given.now AT TIME ZONE 'UTC')::date - 8
          AND s.left_at IS NULL
          AND (s.swept_at IS NULL OR s.swept_at < given.now - given.deadline * power(2, s.sweeps - 1))
          AND NOT (d.replay > 0 AND EXISTS (
            SELECT FROM notification.dead_letter l WHERE l.delivery_id = d.delivery_id AND l.replay = d.replay - 1)))
      """

  /// Of an event's parts the whole is sent, as it makes all of its deliveries; what is finished of them is not sent twice.
  private static let casesSQL =
    silentSQL + """
      , open AS (
        SELECT event_day, event_id, replay, count(*) AS deliveries, min(event_time) AS event_time, min(since) AS since,
          min(sweeps) AS sweeps, min(updated_at) AS heard_at
        FROM silent WHERE NOT is_held GROUP BY 1, 2, 3 ORDER BY heard_at LIMIT $6)
      SELECT event_day, event_id, replay, deliveries, round(extract(epoch FROM event_time) * 1000)::bigint,
        round(extract(epoch FROM since) * 1000)::bigint, sweeps,
        (SELECT r.origin FROM notification.routed_event r
          WHERE r.event_day = open.event_day AND r.event_id = open.event_id AND r.replay = open.replay
            AND r.origin IS NOT NULL
          ORDER BY r.part = '' DESC, r.routed_at DESC LIMIT 1)
      FROM open ORDER BY heard_at
      """

  private static let anySQL = silentSQL + " SELECT EXISTS (SELECT FROM silent)"

  private static let heldSQL = silentSQL + " SELECT count(*) FROM silent WHERE is_held"

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
