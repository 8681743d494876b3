import DeadLetters
import NotificationModel
import Postgres

/// The dead letters that a replay reads, locks and marks.
struct ReplayStore {
  let connection: PostgresConnection

  /// Open ones in the order of their ids, and of those no more than may be held at once; the first whatever its size.
  func read(_ filter: DeadLetterFilter, after last: Int64, limit: Int, bytes: Int) throws -> [DeadLetterRow] {
    var filter = filter
    // What was replayed once is not open any more: it would be the same claim again.
    filter.state = .open
    var conditions = filter.conditions
    conditions.add("d.dead_letter_id > \(last)")
    // Of a value only its size is looked at here.
    let result = try connection.execute(
      """
      SELECT \(DeadLetterRow.columns) FROM (
        SELECT d.*, row_number() OVER up AS number,
          sum(coalesce(octet_length(d.value), 0) + coalesce(octet_length(d.record_key), 0)) OVER up AS bytes
        FROM (SELECT d.* FROM notification.dead_letter d\(conditions.clause) ORDER BY d.dead_letter_id LIMIT \(limit)) d
        WINDOW up AS (ORDER BY d.dead_letter_id ROWS UNBOUNDED PRECEDING)
      ) d WHERE d.number = 1 OR d.bytes <= \(bytes) ORDER BY d.dead_letter_id
      """, conditions.parameters)
    return (0..<result.rowCount).map { DeadLetterRow(result, $0) }
  }

  /// - Returns: those that are open still and that nobody else has at hand.
  func lock(_ ids: [Int64]) throws -> Set<Int64> {
    let locked = try connection.execute(
      """
      SELECT dead_letter_id FROM notification.dead_letter
      WHERE dead_letter_id = ANY ($1::bigint[]) AND state = 'open' ORDER BY 1 FOR UPDATE SKIP LOCKED
      """, [.array(ids)])
    return Set(locked.column.compactMap { Int64($0) })
  }

  /// Those whose delivery has come to an end in a later replay, as the log has it, which was sent and not marked, or was
  /// its event's. One that failed there is a dead letter of its own. Sent again, it could arrive twice once workers'
  /// claims are forgotten.
  func settled(_ ids: [Int64]) throws -> Set<Int64> {
    let found = try connection.execute(
      """
      SELECT l.dead_letter_id FROM notification.dead_letter l
      JOIN notification.delivery d ON d.event_id = l.event_id AND d.delivery_id = l.delivery_id
      WHERE l.dead_letter_id = ANY ($1::bigint[]) AND d.replay > l.replay
        AND (d.state IN ('SUPPRESSED', 'AMBIGUOUS', 'SUCCESS') OR d.state = 'FAIL' AND EXISTS (
          SELECT FROM notification.dead_letter n
          WHERE n.delivery_id = l.delivery_id AND n.replay > l.replay AND n.state <> 'purged'))
      """, [.array(ids)])
    return Set(found.column.compactMap { Int64($0) })
  }

  /// - Parameter now: by which they were judged, so that a sweeper makes the same of them.
  func mark(_ ids: [Int64], by who: String, now: UnixTime) throws {
    guard !ids.isEmpty else { return }
    try connection.execute(
      """
      UPDATE notification.dead_letter
      SET state = 'replayed', changed_at = now(), changed_by = $1, replayed_at = $3::timestamptz, replayed_by = $1
      WHERE dead_letter_id = ANY ($2::bigint[])
      """, [.text(who), .array(ids), SQLTime.value(now)])
  }

  func advertising() throws -> Set<String> {
    Set(try connection.execute("SELECT category FROM notification.category WHERE kind = 'advertising'").column)
  }
}
