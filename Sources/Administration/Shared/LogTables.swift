import Postgres

/// The log with its archive as one table each: days move from the one into the other as they are. `is_archived` says
/// where a row lies. Of both only the days that a statement asks for are read.
enum LogTables {
  static let deliveries = both(
    "delivery",
    [
      "event_day", "delivery_id", "event_id", "user_id", "channel", "target", "category", "template", "state", "replay",
      "attempt", "reason", "provider_id", "event_time", "pending_at", "processing_at", "finished_at", "updated_at",
      "receipt", "receipt_code",
    ])
  static let steps = both(
    "delivery_event",
    [
      "event_day", "delivery_id", "replay", "attempt", "state", "reason", "error_class", "error_code", "happened_at",
    ])
  static let routed = both(
    "routed_event",
    [
      "event_day", "event_id", "replay", "part", "deliveries", "suppressions", "deferrals", "unresolved", "routed_at",
    ])

  private static func both(_ name: String, _ columns: [String]) -> String {
    let list = columns.joined(separator: ", ")
    return """
      (SELECT \(list), false AS is_archived FROM notification.\(name)
        UNION ALL SELECT \(list), true FROM notification.\(name)_archive)
      """
  }

  /// An expression for the first day that has a table of its own, in the log or its archive.
  static let oldestDay = """
    (SELECT min(to_date(right(c.relname, 8), 'YYYYMMDD')) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent IN ('notification.delivery'::regclass, 'notification.delivery_archive'::regclass)
        AND c.relname ~ '^delivery_[0-9]{8}$')
    """

  /// Every day that the log may hold, as `day.day`: for what is found by its day alone.
  static let days = """
    generate_series(least(current_date - 400, \(oldestDay)), current_date + 2, interval '1 day') AS day
    """

  /// As `2026-08-31`: what is older than that is not there any more, or never was.
  static func oldestDay(_ connection: PostgresConnection) throws(PostgresError) -> String? {
    try connection.execute("SELECT \(oldestDay)").scalar
  }
}
