import NotificationModel
import Postgres
import Providers

/// Messages of which no word has come, in the notification database. It belongs to one thread.
final class ReceiptStore {
  private let settings: ConnectionSettings
  private let schedule: ReceiptSchedule
  private var connection: PostgresConnection?

  init(_ settings: ConnectionSettings, _ schedule: ReceiptSchedule) {
    (self.settings, self.schedule) = (settings, schedule)
  }

  /// Takes messages that are due, and has them come due again later: whoever dies with them in hand leaves nothing behind,
  /// and no other takes them meanwhile.
  /// - Parameter overOnly: those alone whose time is over.
  func take(
    _ vendor: String, most: Int, overOnly: Bool, now: UnixTime
  ) throws(PostgresError) -> [AwaitedReceipt] {
    let rows = try run { connection throws(PostgresError) in
      try connection.execute(
        Self.takeSQL,
        [
          Self.number(now.milliseconds), .text(vendor), Self.number(Int64(most)),
          Self.number(ReceiptSchedule.milliseconds(schedule.first)),
          Self.number(ReceiptSchedule.milliseconds(schedule.until)), .array(schedule.waits),
          .text(overOnly ? "t" : "f"),
        ])
    }
    return (0..<rows.rowCount).compactMap { row in
      guard let key = rows[row, 0].flatMap({ SMSReceiptKey($0) }) else { return nil }
      return AwaitedReceipt(key: key, acceptedAt: rows.time(row, 1), asks: rows[row, 2].flatMap { Int($0) } ?? 0)
    }
  }

  /// A little later than planned, by chance, so that not all of a campaign come due at once; never past the end.
  private static let takeSQL = """
    WITH given AS (
      SELECT to_timestamp($1::bigint / 1000.0::float8) AS now, $4::bigint * interval '1 millisecond' AS first,
        $5::bigint * interval '1 millisecond' AS until, $6::bigint[] AS waits),
    due AS (
      SELECT a.event_day, a.delivery_id FROM notification.awaited_receipt a, given
      WHERE a.due_at <= given.now AND (a.asks > 0 OR a.accepted_at <= given.now - given.first)
        AND split_part(a.provider_id, ':', 1) = $2
        AND (NOT $7::boolean OR a.accepted_at <= given.now - given.until)
      ORDER BY a.due_at LIMIT $3::bigint FOR UPDATE OF a SKIP LOCKED)
    UPDATE notification.awaited_receipt a
    SET asks = a.asks + 1, due_at = least(
      given.now + given.waits[least(a.asks + 1, cardinality(given.waits))] * (1 + random() / 10)
        * interval '1 millisecond',
      CASE WHEN a.accepted_at + given.until > given.now THEN a.accepted_at + given.until END)
    FROM due, given
    WHERE a.event_day = due.event_day AND a.delivery_id = due.delivery_id
    RETURNING a.provider_id, round(extract(epoch FROM a.accepted_at) * 1000)::bigint, a.asks
    """

  /// Deliveries that are still awaited under these ids, as the vendor's taking them was told.
  func deliveries(of keys: [SMSReceiptKey]) throws(PostgresError) -> [DeliveryStatus] {
    let names = keys.map(\.providerID).filter { !$0.utf8.contains(0) }
    guard !names.isEmpty else { return [] }
    let rows = try run { connection throws(PostgresError) in
      try connection.execute(Self.deliveriesSQL, [.array(names)])
    }
    return (0..<rows.rowCount).compactMap { Self.status(rows, $0) }
  }

  /// Where it was sent anew since, that one's id is another, and this one's word comes too late to matter.
  private static let deliveriesSQL = """
    SELECT d.delivery_id, d.event_id, round(extract(epoch FROM d.event_time) * 1000)::bigint, d.replay, d.attempt,
      d.user_id, d.channel, d.target, d.category, d.template, d.provider_id
    FROM notification.awaited_receipt a
    JOIN notification.delivery d ON d.event_day = a.event_day AND d.delivery_id = a.delivery_id
    WHERE a.provider_id = ANY ($1::text[]) AND d.state = 'SUCCESS' AND d.provider_id = a.provider_id
    """

  private static func status(_ rows: QueryResult, _ row: Int) -> DeliveryStatus? {
    guard let id = rows[row, 0], let event = rows[row, 1], let replay = rows[row, 3].flatMap({ Int($0) }),
      let attempt = rows[row, 4].flatMap({ Int($0) }), let channel = rows[row, 6].flatMap(DeliveryChannel.init),
      let target = rows[row, 7]
    else { return nil }
    var status = DeliveryStatus(
      deliveryID: id, eventID: event, eventTime: rows.time(row, 2), replay: replay, attempt: attempt, state: .success,
      user: rows[row, 5].flatMap { Int64($0) }, channel: channel, target: target, category: rows[row, 8],
      template: rows[row, 9], time: UnixTime(milliseconds: 0))
    status.providerID = rows[row, 10]
    return status
  }

  /// How many are awaited, and for how long the one that is due longest, in seconds.
  func backlog(_ vendors: [String], now: UnixTime) throws(PostgresError) -> (awaited: Int, overdue: Int) {
    let rows = try run { connection throws(PostgresError) in
      try connection.execute(
        """
        SELECT count(*), extract(epoch FROM to_timestamp($1::bigint / 1000.0::float8) - min(
          CASE asks WHEN 0 THEN due_at + $3::bigint * interval '1 millisecond' ELSE due_at END))::bigint
        FROM notification.awaited_receipt WHERE split_part(provider_id, ':', 1) = ANY ($2::text[])
        """,
        [
          Self.number(now.milliseconds), .array(vendors),
          Self.number(ReceiptSchedule.milliseconds(schedule.first)),
        ])
    }
    return (rows[0, 0].flatMap { Int($0) } ?? 0, max(0, rows[0, 1].flatMap { Int($0) } ?? 0))
  }

  func close() {
    connection?.close()
    connection = nil
  }

  private func run<T>(_ body: (PostgresConnection) throws(PostgresError) -> T) throws(PostgresError) -> T {
    do throws(PostgresError) {
      return try body(try connected())
    } catch {
      // Whatever it was: a connection that failed is no loss, and one that looks sound may not be.
      close()
      throw error
    }
  }

  private func connected() throws(PostgresError) -> PostgresConnection {
    if let connection, connection.isUsable { return connection }
    let made = try PostgresConnection(settings)
    try made.run(script: "SET statement_timeout = '30s'; SET lock_timeout = '10s'")
    connection = made
    return made
  }

  private static func number(_ number: Int64) -> SQLValue { .text(String(number)) }
}

extension QueryResult {
  fileprivate func time(_ row: Int, _ column: Int) -> UnixTime {
    UnixTime(milliseconds: self[row, column].flatMap { Int64($0) } ?? 0)
  }
}
