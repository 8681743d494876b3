public import NotificationModel

/// Whether everything that was written is accounted for, in one span of time.
public struct AuditBalance: Sendable, Equatable {
  public var since, until: UnixTime
  /// Nil where no outbox was looked into.
  public var events: Events?
  /// The outboxes that refused to be looked into, each with what to type; `events` lacks theirs.
  public var refused: [String] = []
  public var deliveries = Deliveries()

  /// Rows of the outboxes, each by its id.
  public struct Events: Sendable, Equatable {
    public var written = 0
    public var routed = 0
    /// Dead letters that wait for a person, or did.
    public var parked = 0
    /// Those in neither.
    public var absent = 0
    /// Of these, those that were met in Kafka, in a record that its group has not finished.
    public var inFlight = 0
    /// Records in which they may be as well, which were too many to be looked at.
    public var unlooked = 0
    /// The first of those that were not met.
    public var absentIDs: [String] = []

    public init() {}

    /// What nothing can explain.
    public var missing: Int { max(0, absent - inFlight - unlooked) }
  }

  /// Deliveries of the events that were routed, by the router's numbers and by the log.
  public struct Deliveries: Sendable, Equatable {
    public var events = 0
    /// Deliveries, suppressions and deferrals, by ROUTED.
    public var expected = 0
    public var recorded = 0
    public var finished = 0
    /// On their way, and not longer than the deadline.
    public var waiting = 0
    /// By ROUTED, and not in the log; the first of their events.
    public var absent = 0
    public var absentEvents: [String] = []
    /// On their way for longer than the deadline; the first of their ids.
    public var overdue = 0
    public var overdueIDs: [String] = []
    public var oldestWaitingSeconds = 0

    public init() {}

    public var missing: Int { absent + overdue }
  }

  public init(since: UnixTime, until: UnixTime) { (self.since, self.until) = (since, until) }

  /// What could be looked into.
  var hasMissing: Bool { (events?.missing ?? 0) > 0 || deliveries.missing > 0 }

  /// Nothing is missing, and everything was looked into.
  public var isWhole: Bool { !hasMissing && refused.isEmpty }

  /// How many ids are named at most.
  public static let named = 20

  /// For people: both sums, and what is missing.
  public var text: String {
    var lines = ["from \(Timestamp(since)) to \(Timestamp(until))"]
    if let events {
      lines.append(
        "events      \(events.written) written = \(events.routed) routed + \(events.parked) parked + \(events.absent) "
          + "not found, of which \(events.inFlight) are in flight: \(events.missing) missing")
      if events.unlooked > 0 {
        lines.append("  \(events.unlooked) records that wait were not looked at, and so many more may be in flight")
      }
      if events.missing > 0 { lines += events.absentIDs.map { "  \($0)  bongsu trace tells what is known" } }
    } else if refused.isEmpty {
      lines.append("events      not looked at: no outbox is named")
    }
    lines += refused.map { "events      \($0)" }
    lines.append(
      "deliveries  \(deliveries.expected) of \(deliveries.events) events = \(deliveries.finished) finished + "
        + "\(deliveries.waiting) waiting + \(deliveries.overdue) overdue + \(deliveries.absent) not recorded: "
        + "\(deliveries.missing) missing")
    lines += deliveries.absentEvents.map { "  event \($0) has fewer deliveries than it was routed to" }
    lines += deliveries.overdueIDs.map { "  delivery \($0) is overdue" }
    lines.append(
      hasMissing
        ? "SOMETHING IS MISSING; docs/operations.md#something-is-missing"
        : refused.isEmpty ? "nothing is missing" : "NOT ALL COULD BE ADDED UP; of the rest nothing is missing")
    return lines.joined(separator: "\n") + "\n"
  }

  /// For programs.
  public var json: JSONValue {
    func number(_ number: Int) -> JSONValue { .number(String(number)) }
    func list(_ ids: [String]) -> JSONValue { .list(ids.map { .text($0) }) }
    let events: JSONValue =
      self.events.map { events in
        [
          "written": number(events.written), "routed": number(events.routed), "parked": number(events.parked),
          "inFlight": number(events.inFlight), "unlooked": number(events.unlooked), "notFound": number(events.absent),
          "missing": number(events.missing), "ids": list(events.absentIDs),
        ]
      } ?? .null
    return [
      "since": .text(Timestamp(since).description), "until": .text(Timestamp(until).description), "events": events,
      "deliveries": [
        "events": number(deliveries.events), "expected": number(deliveries.expected),
        "recorded": number(deliveries.recorded), "finished": number(deliveries.finished),
        "waiting": number(deliveries.waiting), "overdue": number(deliveries.overdue),
        "notRecorded": number(deliveries.absent), "missing": number(deliveries.missing),
        "oldestWaitingSeconds": number(deliveries.oldestWaitingSeconds), "eventIDs": list(deliveries.absentEvents),
        "deliveryIDs": list(deliveries.overdueIDs),
      ],
      "refused": list(refused), "isWhole": .bool(isWhole),
    ]
  }
}
