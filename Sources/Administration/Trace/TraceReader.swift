public import NotificationModel
public import Postgres

/// Gathers what the log, its archive, the dead letters and the outboxes know of an event.
public struct TraceReader {
  let connection: PostgresConnection
  /// Where events were written; the notification database's own outbox where none is named.
  let outboxes: [OutboxReader]

  public init(_ connection: PostgresConnection, outboxes: [OutboxReader]) {
    (self.connection, self.outboxes) = (connection, outboxes)
  }

  /// What an id names.
  public struct Subject: Sendable, Equatable {
    public var eventID: String
    /// Where a delivery was named only that one is shown.
    public var deliveryID: String?

    public init(eventID: String, deliveryID: String? = nil) {
      (self.eventID, self.deliveryID) = (eventID, deliveryID)
    }
  }

  /// An event's id is its own; a delivery's leads to its event. What nobody knows is taken for an event.
  public func subject(_ id: String) throws(PostgresError) -> Subject {
    // By day, as the log has no other way to a delivery: each is looked up (OFFSET 0), not read from end to end to be
    // joined.
    let found = try connection.execute(
      """
      SELECT d.event_id FROM \(LogTables.days)
      JOIN LATERAL (
        SELECT n.event_id FROM \(LogTables.deliveries) AS n
        WHERE n.event_day = day::date AND n.delivery_id = $1 OFFSET 0
      ) AS d ON true
      UNION ALL SELECT event_id FROM notification.dead_letter WHERE delivery_id = $1 AND event_id IS NOT NULL LIMIT 1
      """, [.text(id)])
    guard let event = found.scalar else { return Subject(eventID: id) }
    return Subject(eventID: event, deliveryID: id)
  }

  /// The events of which a user had deliveries, the newest first.
  public func events(ofUser user: Int64, since: UnixTime, limit: Int) throws(PostgresError) -> [String] {
    try connection.execute(
      """
      SELECT event_id FROM \(LogTables.deliveries) AS d
      WHERE user_id = $1 AND event_time >= $2 AND event_day >= $3::date - 1
      GROUP BY event_id ORDER BY max(event_time) DESC LIMIT \(limit)
      """, [.text(String(user)), SQLTime.value(since), .text(String(Timestamp(since).description.prefix(10)))]
    ).column
  }

  /// - Parameter user: only deliveries for this user.
  public func facts(_ subject: Subject, user: Int64? = nil) throws(PostgresError) -> TraceFacts {
    var facts = TraceFacts(eventID: subject.eventID)
    facts.routed = try routed(subject.eventID)
    let all = try deliveries(subject.eventID)
    facts.deliveries = all.filter { one in
      (subject.deliveryID == nil || one.id == subject.deliveryID) && (user == nil || one.user == user)
    }
    facts.waiting = try waiting(subject.eventID)
    let shown = Set(facts.deliveries.map(\.id) + [subject.deliveryID].compactMap { $0 })
    let isWhole = subject.deliveryID == nil && user == nil
    facts.deadLetters = try letters(subject.eventID, deliveries: all.map(\.id)).filter {
      isWhole || $0.deliveryID.map(shown.contains) ?? true
    }
    for outbox in outboxes {
      switch outbox.find(subject.eventID) {
      case .found(let place, let time): facts.outbox = (place, time)
      case .absent: break
      case .failed(let why): facts.notes.append("outbox \(outbox.name) was not looked into: \(why)")
      }
      if facts.outbox != nil { break }
    }
    return facts
  }

  /// The first day that the log and its archive have, as `2026-08-31`.
  public func oldestDay() throws(PostgresError) -> String? { try LogTables.oldestDay(connection) }

  /// When the log was written last, as far as an index tells: by deliveries that are not at an end.
  public func lastRecorded() throws(PostgresError) -> UnixTime? {
    try connection.execute(
      """
      SELECT \(SQLTime.milliseconds("updated_at")) FROM notification.delivery
      WHERE state IN ('PENDING', 'PROCESSING', 'RETRYING', 'AMBIGUOUS') ORDER BY updated_at DESC LIMIT 1
      """
    ).scalar.flatMap { Int64($0) }.map { UnixTime(milliseconds: $0) }
  }

  /// Of each part of the event the numbers of its last replay, as `notification.routed_now` has them of the log alone.
  private func routed(_ id: String) throws(PostgresError) -> [TraceFacts.Routed] {
    let rows = try connection.execute(
      """
      SELECT DISTINCT ON (r.event_day, r.part) r.part, r.replay, r.deliveries, r.suppressions, r.deferrals,
        r.unresolved, \(SQLTime.milliseconds("r.routed_at")), r.is_archived
      FROM \(LogTables.days)
      JOIN LATERAL (
        SELECT * FROM \(LogTables.routed) AS n WHERE n.event_day = day::date AND n.event_id = $1 OFFSET 0
      ) AS r ON true
      ORDER BY r.event_day, r.part, r.replay DESC
      """, [.text(id)])
    return (0..<rows.rowCount).map { row in
      let cells = TraceCells(rows, row)
      return TraceFacts.Routed(
        part: cells.text(0), replay: cells.int(1), deliveries: cells.int(2), suppressions: cells.int(3),
        deferrals: cells.int(4), unresolved: cells.int(5), time: cells.time(6), isArchived: cells.flag(7))
    }
  }

  private func deliveries(_ id: String) throws(PostgresError) -> [TraceFacts.Delivered] {
    let rows = try connection.execute(
      """
      SELECT delivery_id, channel, target, state, user_id, category, template, reason, provider_id, replay, attempt,
        \(["event_time", "pending_at", "processing_at", "finished_at", "updated_at"]
          .map(SQLTime.milliseconds).joined(separator: ", ")), receipt, receipt_code, is_archived
      FROM \(LogTables.deliveries) AS d WHERE event_id = $1 ORDER BY channel, target
      """, [.text(id)])
    let steps = try steps(id)
    return (0..<rows.rowCount).map { row in
      let cells = TraceCells(rows, row)
      return TraceFacts.Delivered(
        id: cells.text(0), channel: cells.text(1), target: cells.text(2), state: cells.text(3),
        user: rows[row, 4].flatMap { Int64($0) }, category: rows[row, 5], template: rows[row, 6],
        reason: rows[row, 7], providerID: rows[row, 8], replay: cells.int(9), attempt: cells.int(10),
        eventTime: cells.time(11), pendingAt: cells.optional(12), processingAt: cells.optional(13),
        finishedAt: cells.optional(14), updatedAt: cells.time(15), receipt: rows[row, 16],
        receiptCode: rows[row, 17], steps: steps[cells.text(0)] ?? [], isArchived: cells.flag(18))
    }
  }

  private func steps(_ id: String) throws(PostgresError) -> [String: [TraceFacts.Step]] {
    let rows = try connection.execute(
      """
      SELECT h.delivery_id, h.replay, h.attempt, h.state, h.reason, h.error_class, h.error_code,
        \(SQLTime.milliseconds("h.happened_at"))
      FROM \(LogTables.deliveries) AS d JOIN \(LogTables.steps) AS h USING (event_day, delivery_id)
      WHERE d.event_id = $1 ORDER BY h.happened_at, h.replay, h.attempt
      """, [.text(id)])
    return (0..<rows.rowCount).reduce(into: [:]) { all, row in
      let cells = TraceCells(rows, row)
      all[cells.text(0), default: []].append(
        TraceFacts.Step(
          replay: cells.int(1), attempt: cells.int(2), state: cells.text(3), reason: rows[row, 4],
          errorClass: rows[row, 5], errorCode: rows[row, 6], time: cells.time(7)))
    }
  }

  private func waiting(_ id: String) throws(PostgresError) -> [TraceFacts.Waiting] {
    let rows = try connection.execute(
      """
      SELECT channel, target, reason, \(SQLTime.milliseconds("deferred_at")), \(SQLTime.milliseconds("due_at"))
      FROM notification.deferred WHERE event_id = $1 ORDER BY due_at
      """, [.text(id)])
    return (0..<rows.rowCount).map { row in
      let cells = TraceCells(rows, row)
      return TraceFacts.Waiting(
        channel: cells.text(0), target: cells.text(1), reason: cells.text(2), since: cells.time(3), due: cells.time(4))
    }
  }

  /// A pointer of a delivery does not say of which event: it is found by the event's deliveries, and where the log has
  /// none of them by the id that was asked for.
  private func letters(_ id: String, deliveries: [String]) throws(PostgresError) -> [TraceFacts.Letter] {
    let rows = try connection.execute(
      """
      SELECT dead_letter_id, delivery_id, coalesce(error_code, error_class), state, \(SQLTime.milliseconds("parked_at")),
        \(SQLTime.milliseconds("changed_at")), changed_by, replay, \(SQLTime.milliseconds(DeadLetterColumns.replayedAt)),
        \(DeadLetterColumns.replayedBy)
      FROM notification.dead_letter d WHERE event_id = $1 OR delivery_id = ANY ($2::uuid[]) ORDER BY dead_letter_id
      """, [.text(id), .array(deliveries + [id])])
    return (0..<rows.rowCount).map { row in
      let cells = TraceCells(rows, row)
      return TraceFacts.Letter(
        id: Int64(cells.text(0)) ?? 0, deliveryID: rows[row, 1], reason: cells.text(2), state: cells.text(3),
        replay: cells.int(7), parkedAt: cells.time(4), changedAt: cells.optional(5), changedBy: rows[row, 6],
        replayedAt: cells.optional(8), replayedBy: rows[row, 9])
    }
  }
}

/// A row's values as what they are.
struct TraceCells {
  private let result: QueryResult
  private let row: Int

  init(_ result: QueryResult, _ row: Int) { (self.result, self.row) = (result, row) }

  func text(_ column: Int) -> String { result[row, column] ?? "" }
  func int(_ column: Int) -> Int { Int(text(column)) ?? 0 }
  func flag(_ column: Int) -> Bool { text(column) == "t" }
  func time(_ column: Int) -> UnixTime { UnixTime(milliseconds: Int64(text(column)) ?? 0) }
  func optional(_ column: Int) -> UnixTime? { result[row, column] == nil ? nil : time(column) }
}
