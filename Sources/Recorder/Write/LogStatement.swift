import NotificationModel
import Postgres

/// The statements of a batch. Each merges its rows into the tables, so that a batch may be written again and in any order;
/// rows are in the order of their keys, so that two writers never wait for each other in a circle.
enum LogStatement: String, CaseIterable {
  case deliveries, awaited, steps, routed, devices, contacts

  var sql: String {
    switch self {
    case .deliveries: Self.deliverySQL
    case .awaited: Self.awaitedSQL
    case .steps: Self.stepSQL
    case .routed: Self.routedSQL
    case .devices: Self.deviceSQL
    case .contacts: Self.contactSQL
    }
  }

  /// Milliseconds since 1970.
  private static func time(_ name: String) -> String { "to_timestamp(\(name) / 1000.0::float8)" }

  private static let head = [
    "state", "replay", "attempt", "reason", "provider_id", "event_id", "channel", "target",
    "event_time", "updated_at", "receipt", "receipt_code",
  ]

  private static func order(_ row: String) -> String {
    "(\(row).replay, \(row).attempt, \(row).rank, coalesce(notification.receipt_rank(\(row).receipt), 0), "
      + "\(row).updated_at, coalesce(\(row).reason, '') COLLATE \"C\", coalesce(\(row).provider_id, '') COLLATE \"C\", "
      + "coalesce(\(row).receipt_code, '') COLLATE \"C\")"
  }

  private static let deliverySQL = """
    INSERT INTO notification.delivery AS old (event_day, delivery_id, event_id, user_id, channel, target, category,
      template, state, replay, attempt, reason, provider_id, event_time, pending_at, processing_at, finished_at,
      updated_at, receipt, receipt_code)
    SELECT event_day, delivery_id, event_id, user_id, channel, target, category, template, state, replay, attempt, reason,
      provider_id, \(time("event_time")), \(time("pending_at")), \(time("processing_at")), \(time("finished_at")),
      \(time("updated_at")), receipt, receipt_code
    FROM unnest($1::date[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[],
      $9::text[], $10::int[], $11::int[], $12::text[], $13::text[], $14::bigint[], $15::bigint[], $16::bigint[],
      $17::bigint[], $18::bigint[], $19::notification.receipt[], $20::text[])
      AS new (event_day, delivery_id, event_id, user_id, channel, target, category, template, state, replay, attempt,
        reason, provider_id, event_time, pending_at, processing_at, finished_at, updated_at, receipt, receipt_code)
    ON CONFLICT (event_day, delivery_id) DO UPDATE SET
      \(head.map { "\($0) = CASE WHEN \(order("excluded")) > \(order("old")) THEN excluded.\($0) ELSE old.\($0) END" }
        .joined(separator: ",\n  ")),
      user_id = greatest(old.user_id, excluded.user_id),
      category = greatest(old.category COLLATE "C", excluded.category COLLATE "C"),
      template = greatest(old.template COLLATE "C", excluded.template COLLATE "C"),
      pending_at = least(old.pending_at, excluded.pending_at),
      processing_at = least(old.processing_at, excluded.processing_at),
      finished_at = least(old.finished_at, excluded.finished_at)
    WHERE \(order("excluded")) > \(order("old"))
      OR least(old.pending_at, excluded.pending_at) IS DISTINCT FROM old.pending_at
      OR least(old.processing_at, excluded.processing_at) IS DISTINCT FROM old.processing_at
      OR least(old.finished_at, excluded.finished_at) IS DISTINCT FROM old.finished_at
      OR (excluded.user_id, excluded.category, excluded.template)
        IS DISTINCT FROM (old.user_id, old.category, old.template)
    """

  /// Of messages that a vendor took: those without a receipt are to be asked about, those with one are not any more. What
  /// is read again after a crash finds its receipt in the log, and is not asked about again.
  private static let awaitedSQL = """
    WITH given AS (
      SELECT d.event_day, d.delivery_id, d.state, d.receipt, d.provider_id, d.updated_at
      FROM unnest($1::date[], $2::uuid[]) AS k (event_day, delivery_id)
      JOIN notification.delivery d ON d.event_day = k.event_day AND d.delivery_id = k.delivery_id),
    gone AS (
      DELETE FROM notification.awaited_receipt a USING given g
      WHERE a.event_day = g.event_day AND a.delivery_id = g.delivery_id
        AND (g.receipt IS NOT NULL OR g.state <> 'SUCCESS'))
    INSERT INTO notification.awaited_receipt AS old (event_day, delivery_id, provider_id, accepted_at, due_at)
    SELECT event_day, delivery_id, provider_id, updated_at, updated_at FROM given
    WHERE state = 'SUCCESS' AND receipt IS NULL AND provider_id IS NOT NULL AND updated_at > now() - interval '4 days'
    ORDER BY event_day, delivery_id
    ON CONFLICT (event_day, delivery_id) DO UPDATE
    SET provider_id = excluded.provider_id, accepted_at = excluded.accepted_at, due_at = excluded.due_at, asks = 0
    WHERE old.provider_id <> excluded.provider_id
    """

  private static let stepSQL = """
    INSERT INTO notification.delivery_event AS old (event_day, delivery_id, replay, attempt, state, reason, error_code,
      happened_at)
    SELECT event_day, delivery_id, replay, attempt, state, reason, error_code, \(time("happened_at"))
    FROM unnest($1::date[], $2::uuid[], $3::int[], $4::int[], $5::text[], $6::text[], $7::text[], $8::bigint[])
      AS new (event_day, delivery_id, replay, attempt, state, reason, error_code, happened_at)
    ON CONFLICT (event_day, delivery_id, replay, attempt, state) DO UPDATE SET
      reason = excluded.reason, error_code = excluded.error_code, happened_at = excluded.happened_at
    WHERE (excluded.happened_at, coalesce(excluded.reason, '') COLLATE "C")
      < (old.happened_at, coalesce(old.reason, '') COLLATE "C")
    """

  private static let routedSQL = """
    INSERT INTO notification.routed_event AS old (event_day, event_id, replay, part, is_release, deliveries, suppressions,
      deferrals, unresolved, origin, routed_at)
    SELECT event_day, event_id, replay, part, is_release, deliveries, suppressions, deferrals, unresolved, origin,
      \(time("routed_at"))
    FROM unnest($1::date[], $2::uuid[], $3::int[], $4::text[], $5::boolean[], $6::int[], $7::int[], $8::int[],
      $9::int[], $10::text[], $11::bigint[])
      AS new (event_day, event_id, replay, part, is_release, deliveries, suppressions, deferrals, unresolved, origin,
        routed_at)
    ON CONFLICT (event_day, event_id, replay, part) DO UPDATE SET
      is_release = excluded.is_release, deliveries = excluded.deliveries, suppressions = excluded.suppressions,
      deferrals = excluded.deferrals, unresolved = excluded.unresolved, origin = excluded.origin,
      routed_at = excluded.routed_at
    WHERE (excluded.routed_at, coalesce(excluded.origin, '') COLLATE "C")
      > (old.routed_at, coalesce(old.origin, '') COLLATE "C")
    """

  private static let deviceSQL = """
    SELECT count(*) FILTER (WHERE notification.disable_device(device_id, reason, \(time("since"))))
    FROM (SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS dead (device_id, reason, since)
      ORDER BY device_id) AS dead
    """

  private static let contactSQL = """
    SELECT count(*) FILTER (WHERE notification.suppress_contact(contact_id, kind, mark, reason, \(time("since"))))
    FROM (SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[])
      AS dead (contact_id, kind, mark, reason, since) ORDER BY contact_id) AS dead
    """

  static let deadLetterSQL = """
    INSERT INTO notification.dead_letter (topic, partition, record_offset, event_id, delivery_id, origin, error_class,
      error_code, attempt, replay, record_key, value, headers, parked_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \(time("$14::bigint")))
    ON CONFLICT (topic, partition, record_offset) DO NOTHING
    """
}
