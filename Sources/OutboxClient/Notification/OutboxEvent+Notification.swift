import FoundationEssentials
// So that a service that imports this module alone can name recipients and parameters.
@_exported public import NotificationModel

extension OutboxEvent {
  /// An event that the router makes notifications of: a template's text for each recipient, by the channels that the
  /// template has text for and the person has not turned off. For all else there is, make a `NotificationRequest`.
  ///
  ///     try outbox.enqueue(
  ///       .notification(
  ///         to: .user(42), template: "order_shipped", parameters: ["order": "A-17"], category: "transactional"),
  ///       in: transaction)
  ///
  /// - Parameters:
  ///   - parameters: of the template; one that is missing makes a dead letter of the event.
  ///   - category: a row of `notification.category`.
  ///   - id: only where it must come out the same when the service tries again.
  /// - Throws: as `notification(_:)` does.
  public static func notification(
    id: OutboxEventID = .next(), to recipients: Recipient..., template: String,
    parameters: [String: JSONValue] = [:], category: String, headers: [String: String] = [:],
    trace: OutboxTraceContext? = nil
  ) throws(OutboxError) -> OutboxEvent {
    try notification(
      NotificationRequest(to: recipients, category: category, template: template, parameters: parameters), id: id,
      headers: headers, trace: trace)
  }

  /// An event that the router makes notifications of, as docs/events.md describes it.
  /// - Parameters:
  ///   - key: Kafka's; events of one key are routed in the order of their commits. Left out it is the user's id where
  ///     there is one recipient and that is a user, else the event's own.
  ///   - headers: as of any event; `schema` is ours here.
  /// - Throws: `invalidNotification` with the member that is wrong, or what any event is refused for. Nothing was sent
  ///   to the server, so the transaction can go on. What only the router knows, such as whether there is such a
  ///   template, it tells by a dead letter.
  public static func notification(
    _ request: NotificationRequest, key: String? = nil, id: OutboxEventID = .next(), headers: [String: String] = [:],
    trace: OutboxTraceContext? = nil
  ) throws(OutboxError) -> OutboxEvent {
    try check(request)
    guard headers["schema"] == nil else {
      throw OutboxError(.invalidHeaderName, "the header schema says what a notification is: leave it out")
    }
    return try OutboxEvent(
      id: id, aggregateType: NotificationRequest.aggregateType, aggregateID: key ?? request.soleUser ?? id.description,
      type: NotificationRequest.eventType, payload: request,
      headers: headers.merging(["schema": NotificationRequest.schema]) { $1 }, trace: trace)
  }

  private static func check(_ request: NotificationRequest) throws(OutboxError) {
    do throws(RequestProblem) {
      try request.check(now: UnixTime(Date()))
      guard request.release == nil, request.replay == nil else {
        throw RequestProblem(.invalidMember, "release", "and replay are Bongsu's own: leave them out")
      }
    } catch {
      throw OutboxError(.invalidNotification, "the notification is refused: \(error)", cause: error)
    }
  }
}

extension NotificationRequest {
  fileprivate var soleUser: String? {
    if to.count == 1, case .user(let id) = to[0].whom { String(id) } else { nil }
  }
}
