import DeadLetters
import NotificationModel
import Postgres

/// What the log tells of replayed deliveries that nothing is heard of, and what was done about them. Within the
/// transaction of a round.
struct ReplaySweepStore {
  let store: SweepStore

  /// Whose replay is told by its own dead letter, whether that was marked, or the replay was cut off before. Past the time
  /// that is kept nothing is looked at. Their events may be of any day.
  private static let silentSQL =
    SweepStore.givenSQL + """
      , silent AS (
        SELECT d.delivery_id, d.replay, d.updated_at, l.dead_letter_id, l.bytes, l.replayed_at, coalesce(s.sweeps, 0) AS sweeps,
          EXISTS (SELECT FROM lane WHERE lane.name IN (d.channel, d.state)
            AND lane.oldest <= greatest(d.updated_at, s.swept_at) + allowed.deadline) AS is_held
        FROM given CROSS JOIN notification.delivery d
        CROSS JOIN LATERAL (
          SELECT CASE d.state WHEN 'RETRYING' THEN given.retry_deadline ELSE given.deadline END AS deadline) AS allowed
        CROSS JOIN LATERAL (
          SELECT l.dead_letter_id, coalesce(octet_length(l.value), 0) AS bytes,
            coalesce(l.replayed_at, CASE l.state WHEN 'replayed' THEN l.changed_at END) AS replayed_at
          FROM notification.dead_letter l WHERE l.delivery_id = d.delivery_id AND l.replay = d.replay - 1
          ORDER BY l.state <> 'purged' DESC, l.state = 'replayed' DESC, l.dead_letter_id DESC LIMIT 1) AS l
        LEFT JOIN notification.replay_sweep s ON (s.delivery_id, s.replay) = (d.delivery_id, d.replay)
        WHERE d.state IN ('PENDING', 'PROCESSING', 'RETRYING') AND d.replay > 0
          AND d.updated_at < given.now - least(given.deadline, given.retry_deadline)
          AND d.updated_at < given.now - allowed.deadline AND d.updated_at >= given.now - interval '8 days'
          AND s.left_at IS NULL
          AND (s.swept_at IS NULL OR s.swept_at < given.now - given.deadline * power(2, s.sweeps - 1)))
      """

  private static let anySQL = silentSQL + " SELECT EXISTS (SELECT FROM silent)"
  private static let heldSQL = silentSQL + " SELECT count(*) FROM silent WHERE is_held"

  private static let casesSQL =
    silentSQL + """
       SELECT delivery_id, replay, dead_letter_id, bytes,
        floor(extract(epoch FROM coalesce(replayed_at, updated_at)) * 1000)::bigint, replayed_at IS NOT NULL, sweeps
      FROM silent WHERE NOT is_held ORDER BY updated_at, delivery_id LIMIT $6
      """

  /// Whether there is anything to ask further about.
  func isAnySilent(now: UnixTime) throws(PostgresError) -> Bool {
    try store.connection.execute(Self.anySQL, store.parameters(now, LaneFronts())).scalar == "t"
  }

  /// How many are silent and held.
  func held(by fronts: LaneFronts, now: UnixTime) throws(PostgresError) -> Int {
    if fronts.holds.isEmpty { return 0 }
    return try store.connection.execute(Self.heldSQL, store.parameters(now, fronts)).scalar.flatMap { Int($0) } ?? 0
  }

  /// - Parameter fronts: what they hold is left out.
  func cases(now: UnixTime, without fronts: LaneFronts) throws(PostgresError) -> [LostReplay] {
    let found = try store.connection.execute(
      Self.casesSQL, store.parameters(now, fronts) + [.text(String(store.settings.perRound))])
    return (0..<found.rowCount).map { row in
      func number(_ column: Int) -> Int64 { found[row, column].flatMap { Int64($0) } ?? 0 }
      return LostReplay(
        delivery: found[row, 0] ?? "", replay: Int(number(1)), letter: number(2), bytes: Int(number(3)),
        sentAt: UnixTime(milliseconds: number(4)), isMarked: found[row, 5] == "t", sweeps: Int(number(6)))
    }
  }

  /// The letters as they lie, by their numbers; without those that were purged.
  func letters(_ ids: [Int64]) throws(PostgresError) -> [Int64: DeadLetterRow] {
    let found = try store.connection.execute(
      """
      SELECT \(DeadLetterRow.columns) FROM notification.dead_letter d
      WHERE d.dead_letter_id = ANY ($1::bigint[]) AND d.state <> 'purged'
      """, [.array(ids)])
    let rows = (0..<found.rowCount).map { DeadLetterRow(found, $0) }
    return Dictionary(rows.map { ($0.id, $0) }) { $1 }
  }

  func note(swept: [LostReplay], now: UnixTime) throws(PostgresError) {
    guard !swept.isEmpty else { return }
    try store.connection.pipeline(
      swept.map { replay in
        (
          """
          INSERT INTO notification.replay_sweep AS old (delivery_id, replay, sweeps, swept_at)
          VALUES ($1, $2, 1, to_timestamp($3::bigint / 1000.0::float8))
          ON CONFLICT (delivery_id, replay) DO UPDATE SET sweeps = old.sweeps + 1, swept_at = excluded.swept_at
          """, Self.key(replay, now)
        )
      })
  }

  func note(left: [(replay: LostReplay, reason: SweepCase.LeftReason)], now: UnixTime) throws(PostgresError) {
    guard !left.isEmpty else { return }
    try store.connection.pipeline(
      left.map { replay, reason in
        (
          """
          INSERT INTO notification.replay_sweep AS old (delivery_id, replay, sweeps, swept_at, left_at, reason)
          VALUES ($1, $2, 0, to_timestamp($3::bigint / 1000.0::float8), to_timestamp($3::bigint / 1000.0::float8), $4)
          ON CONFLICT (delivery_id, replay) DO UPDATE SET left_at = excluded.left_at, reason = excluded.reason
          """, Self.key(replay, now) + [.text(reason.rawValue)]
        )
      })
  }

  /// What is older is not looked at any more.
  func forgetOld(now: UnixTime) throws(PostgresError) {
    try store.connection.execute(
      """
      DELETE FROM notification.replay_sweep
      WHERE swept_at < to_timestamp($1::bigint / 1000.0::float8) - interval '16 days'
      """, [.text(String(now.milliseconds))])
  }

  private static func key(_ replay: LostReplay, _ now: UnixTime) -> [SQLValue] {
    [.text(replay.delivery), .text(String(replay.replay)), .text(String(now.milliseconds))]
  }
}
