/// One event for the outbox. It is checked when it is made, so what `OutboxWriter` takes PostgreSQL takes too.
public struct OutboxEvent: Sendable {
  /// The Kafka header `id`; a reader that has seen it can drop the event.
  public let id: OutboxEventID
  /// What the event is about, as `user`; the relay can choose the topic by it.
  public let aggregateType: String
  /// Kafka's key: order is kept for each value.
  public let aggregateID: String
  /// What happened, as `order.shipped`.
  public let type: String
  public let payload: OutboxPayload
  /// Become Kafka headers, the trace's among them.
  public let headers: [String: String]

  /// - Parameters:
  ///   - id: only where the id must come out the same when the service tries again.
  ///   - headers: names are not empty, have no control characters and are none of the relay's own: `id`, `type`,
  ///     `aggregatetype`, `lsn`, `ordinal`, `committed_at` and all that begin with `bongsu-`.
  /// - Throws: what is wrong; nothing was sent to the server, so the transaction can go on.
  public init(
    id: OutboxEventID = .next(), aggregateType: String, aggregateID: String, type: String, payload: OutboxPayload,
    headers: [String: String] = [:], trace: OutboxTraceContext? = nil
  ) throws(OutboxError) {
    try Self.check(aggregateType, "the aggregate type", hint: "name what the event is about, such as user")
    try Self.check(aggregateID, "the aggregate id", hint: "it keeps the order: give an id such as the user's")
    try Self.check(type, "the type", hint: "name what happened, such as order.shipped")
    self.id = id
    self.aggregateType = aggregateType
    self.aggregateID = aggregateID
    self.type = type
    self.payload = payload
    self.headers = try OutboxHeaders.merged(headers, trace)
  }

  /// The same with a payload of the service's own type, encoded as JSON. A String becomes a JSON string; text that is
  /// JSON already is given by `OutboxPayload(json:)`.
  public init(
    id: OutboxEventID = .next(), aggregateType: String, aggregateID: String, type: String, payload: some Encodable,
    headers: [String: String] = [:], trace: OutboxTraceContext? = nil
  ) throws(OutboxError) {
    try self.init(
      id: id, aggregateType: aggregateType, aggregateID: aggregateID, type: type,
      payload: try OutboxPayload(encoding: payload), headers: headers, trace: trace)
  }

  private static func check(_ text: String, _ field: String, hint: String) throws(OutboxError) {
    if text.isEmpty { throw OutboxError(.emptyField, "\(field) is empty: \(hint)") }
    if text.utf8.contains(0) {
      throw OutboxError(.zeroCharacter, "\(field) holds the character U+0000, which PostgreSQL cannot store")
    }
  }
}
