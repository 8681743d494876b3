import DeadLetters
import Kafka
import NotificationModel
public import Postgres

/// One dead letter with all that is known of it.
public struct DeadLetterDetail {
  let row: DeadLetterRow
  /// The row's columns that stand beside the record.
  let facts: [(name: String, value: String?)]
  /// Where the delivery is now, and the steps that led there.
  let delivery: ShownRows
  let history: ShownRows

  /// - Returns: nil when there is no such row.
  public init?(_ id: Int64, _ connection: PostgresConnection) throws {
    let found = try connection.execute(
      """
      SELECT \(DeadLetterRow.columns), d.state, d.attempt, \(SQLTime.text("d.parked_at")), d.event_id, d.delivery_id,
        \(SQLTime.text("d.changed_at")), d.changed_by, d.topic || '/' || d.partition || '/' || d.record_offset,
        \(SQLTime.text(DeadLetterColumns.replayedAt)), \(DeadLetterColumns.replayedBy)
      FROM notification.dead_letter d WHERE d.dead_letter_id = $1
      """, [.text(String(id))])
    guard found.rowCount == 1 else { return nil }
    row = DeadLetterRow(found, 0)
    var facts: [(name: String, value: String?)] = [
      ("id", "\(id)"), ("state", found[0, 9]), ("class", row.errorClass), ("reason", row.errorCode),
      ("detail", row.header(RecordHeader.errorDetail)), ("attempt", found[0, 10]), ("replay", "\(row.replay)"),
      ("came from", row.origin), ("parked as", found[0, 16]), ("parked at", found[0, 11]),
      ("event", found[0, 12]), ("delivery", found[0, 13]), ("replayed at", found[0, 17]), ("replayed by", found[0, 18]),
      ("changed at", found[0, 14]), ("changed by", found[0, 15]),
    ]
    if row.schema == DeadLetterPointer.schema, let bytes = row.pointedBytes {
      let what = row.pointsToDelivery ? "a delivery" : "an event"
      facts.append(("stands for", "\(what) of \(bytes) bytes, which a replay reads where it came from"))
    }
    self.facts = facts
    // By the event as well, as that has an index.
    let parameters: [SQLValue] = [12, 13].map { found[0, $0].map { .text($0) } ?? .null }
    let match = "d.event_id = $1::uuid AND d.delivery_id = $2::uuid"
    delivery = ShownRows(
      try connection.execute(
        """
        SELECT d.channel, d.user_id AS user, d.target, d.state, d.replay, d.attempt, d.reason, d.provider_id,
          \(SQLTime.text("d.updated_at")) AS updated_at
        FROM notification.delivery d WHERE \(match)
        """, parameters))
    history = ShownRows(
      try connection.execute(
        """
        SELECT \(SQLTime.text("h.happened_at")) AS happened_at, h.replay, h.attempt, h.state, h.reason,
          h.error_class AS class, h.error_code AS code
        FROM notification.delivery d JOIN notification.delivery_event h USING (event_day, delivery_id)
        WHERE \(match) ORDER BY h.happened_at, h.replay, h.attempt
        """, parameters))
  }

  /// - Parameter isMasked: without addresses and texts.
  public func text(isMasked: Bool) -> String {
    var parts = [ShownRows(names: facts.map(\.name), rows: [facts.map(\.value)]).list]
    let headers = row.headers.map { ($0.name, Self.text($0.name, $0.value, isMasked)) }
    parts.append("headers\n" + ShownRows(names: headers.map(\.0), rows: [headers.map(\.1)]).list)
    if !delivery.rows.isEmpty { parts.append("delivery\n" + delivery.table) }
    if !history.rows.isEmpty { parts.append("history\n" + history.table) }
    parts.append("key\n" + key(isMasked) + "\n\nvalue\n" + value(isMasked) + "\n")
    return parts.joined(separator: "\n")
  }

  private static func text(_ name: String, _ value: [UInt8]?, _ isMasked: Bool) -> String? {
    guard let value else { return nil }
    let text = String(decoding: value, as: UTF8.self)
    return isMasked ? PayloadMask.header(name, text) : text
  }

  private func key(_ isMasked: Bool) -> String {
    guard let key = row.key else { return "none" }
    let text = String(decoding: key, as: UTF8.self)
    return JSONText.plain(.text(isMasked ? PayloadMask.key(text) : text))
  }

  private func value(_ isMasked: Bool) -> String {
    guard let value = row.value else { return facts[1].value == "purged" ? "purged" : "none" }
    guard let json = try? JSONParser.parse(value) else {
      let text = JSONText.plain(.text(String(decoding: value, as: UTF8.self)))
      return isMasked ? "\(value.count) bytes that are no JSON; --unmask shows them" : text
    }
    return JSONText.pretty(isMasked ? PayloadMask.masked(json) : json)
  }

  /// The same for programs.
  public func json(isMasked: Bool) -> String {
    var object: [String: JSONValue] = [:]
    for fact in facts { object[fact.name.replacing(" ", with: "_")] = fact.value.map { .text($0) } ?? .null }
    object["headers"] = .object(
      Dictionary(
        row.headers.map { ($0.name, Self.text($0.name, $0.value, isMasked).map { .text($0) } ?? .null) }
      ) { _, last in last })
    object["history"] = history.json
    object["deliveries"] = delivery.json
    object["key"] = row.key.map { key in
      let text = String(decoding: key, as: UTF8.self)
      return .text(isMasked ? PayloadMask.key(text) : text)
    }
    if let value = row.value {
      let json = try? JSONParser.parse(value)
      object["value"] = json.map { isMasked ? PayloadMask.masked($0) : $0 } ?? .text(self.value(isMasked))
    }
    return JSONText.pretty(.object(object)) + "\n"
  }
}

extension DeadLetterStore {
  /// The rows that an id names: a dead letter's own, an event's or a delivery's.
  public func ids(named text: String) throws -> [Int64] {
    if Int64(text) != nil { return [try Identifier.deadLetter(text)] }
    let found = try connection.execute(
      """
      SELECT dead_letter_id FROM notification.dead_letter WHERE event_id = $1 OR delivery_id = $1
      ORDER BY dead_letter_id
      """, [.text(try Identifier.uuid(text))])
    return found.column.compactMap { Int64($0) }
  }
}
