import NotificationModel
public import Postgres

/// Deliveries that wait in `notification.deferred`. It belongs to one thread.
public final class DeferralStore {
  private let database: AudienceDatabase

  public init(_ settings: ConnectionSettings) { database = AudienceDatabase(settings) }

  /// Keeps them, all or none, in one round trip. A delivery that waits already is left as it is, so a batch that is
  /// routed again changes nothing.
  public func keep(_ events: [DeferredEvent]) throws(PostgresError) {
    let statements = events.filter { !$0.deliveries.isEmpty }.flatMap { event in
      [Self.statement(event)] + event.deliveries.map { Self.statement($0, of: event) }
    }
    guard !statements.isEmpty else { return }
    var attempts = 0
    while true {
      do throws(PostgresError) {
        _ = try database.run { connection throws(PostgresError) in try connection.pipeline(statements) }
        return
      } catch {
        // The event was there, and went with its last delivery at this moment.
        attempts += 1
        guard error.sqlState == .foreignKeyViolation, attempts < 5 else { throw error }
      }
    }
  }

  /// Sends up to `most` deliveries that are due back through the outbox of the notification database.
  /// - Parameter perSecond: of all who release together; nil: as many as are due.
  /// - Returns: how many; fewer when no more are due, the rate is used up, or another releases at this moment.
  public func release(most: Int, perSecond: Int? = nil) throws(PostgresError) -> Int {
    let released = try database.run { connection throws(PostgresError) in
      try connection.execute(
        "SELECT notification.release_deferred($1, $2)",
        [.text(String(most)), perSecond.map { .text(String($0)) } ?? .null])
    }
    return released.scalar.flatMap { Int($0) } ?? 0
  }

  /// What is due and was not released.
  public struct Due: Sendable, Equatable {
    /// At most `countedAtMost`.
    public var count = 0
    /// For how long the oldest has been due.
    public var seconds = 0

    public init() {}
  }

  /// Counting more would cost more than it tells.
  public static let countedAtMost = 100_000

  /// Looks at what is due, by the server's clock, and changes nothing.
  public func due() throws(PostgresError) -> Due {
    let found = try database.run { connection throws(PostgresError) in
      try connection.execute(
        """
        SELECT count(*), coalesce(floor(extract(epoch FROM now() - min(due_at)))::bigint, 0) FROM (
          SELECT due_at FROM notification.deferred WHERE due_at <= now() ORDER BY due_at LIMIT \(Self.countedAtMost)
        ) AS due
        """)
    }
    var due = Due()
    (due.count, due.seconds) = (found[0, 0].flatMap { Int($0) } ?? 0, found[0, 1].flatMap { Int($0) } ?? 0)
    return due
  }

  private static func statement(_ event: DeferredEvent) -> (sql: String, parameters: [SQLValue]) {
    let sql = """
      INSERT INTO notification.deferred_event (event_id, aggregatetype, aggregateid, type, payload, headers, event_time)
      VALUES ($1, $2, $3, $4,
        CASE WHEN $8::int > 0 THEN $5::jsonb || jsonb_build_object('replay', $8::int) ELSE $5::jsonb END,
        $6, to_timestamp($7::bigint / 1000.0)) ON CONFLICT DO NOTHING
      """
    return (
      sql,
      [
        .text(event.id), .text(event.aggregateType), .text(event.aggregateID), .text(event.type), .text(event.payload),
        event.headers.map { .text($0) } ?? .null, .text(String(event.eventTime.milliseconds)),
        .text(String(event.replay)),
      ]
    )
  }

  private static func statement(
    _ delivery: DeferredDelivery, of event: DeferredEvent
  ) -> (sql: String, parameters: [SQLValue]) {
    let sql = """
      INSERT INTO notification.deferred (event_id, channel, target, due_at, reason)
      VALUES ($1, $2, $3, to_timestamp($4::bigint / 1000.0), $5) ON CONFLICT DO NOTHING
      """
    return (
      sql,
      [
        .text(event.id), .text(delivery.channel), .text(delivery.target), .text(String(delivery.dueAt.milliseconds)),
        .text(delivery.reason),
      ]
    )
  }
}
