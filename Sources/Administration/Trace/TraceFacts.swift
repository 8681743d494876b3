public import NotificationModel

/// All that is known of one event.
public struct TraceFacts: Sendable, Equatable {
  public var eventID: String
  /// Where its row lies, by outbox and table, and when it was made.
  public var outbox: (place: String, createdAt: UnixTime)?
  /// Outboxes that could not be looked into, and why.
  public var notes: [String] = []
  public var routed: [Routed] = []
  public var deliveries: [Delivered] = []
  public var waiting: [Waiting] = []
  public var deadLetters: [Letter] = []

  /// The router's numbers.
  public struct Routed: Sendable, Equatable {
    public var part: String
    public var replay: Int
    public var deliveries, suppressions, deferrals, unresolved: Int
    public var time: UnixTime
    /// Its day is not among the log's any more.
    public var isArchived = false
  }

  /// One delivery's row of the log.
  public struct Delivered: Sendable, Equatable {
    public var id, channel, target, state: String
    public var user: Int64?
    public var category, template, reason, providerID: String?
    public var replay, attempt: Int
    public var eventTime: UnixTime
    public var pendingAt, processingAt, finishedAt: UnixTime?
    public var updatedAt: UnixTime
    /// What the carrier said after the provider took it; then `updatedAt` is when.
    public var receipt, receiptCode: String?
    /// Retries, failures, suppressions and deferrals, in their order.
    public var steps: [Step] = []
    /// Its day is not among the log's any more.
    public var isArchived = false
  }

  public struct Step: Sendable, Equatable {
    public var replay, attempt: Int
    public var state: String
    public var reason, errorClass, errorCode: String?
    public var time: UnixTime
  }

  /// A delivery that waits for its time.
  public struct Waiting: Sendable, Equatable {
    public var channel, target, reason: String
    public var since, due: UnixTime
  }

  public struct Letter: Sendable, Equatable {
    public var id: Int64
    /// Nil for one of the event as a whole.
    public var deliveryID: String?
    public var reason, state: String
    /// Of what was parked; a replay is the next.
    public var replay: Int
    public var parkedAt: UnixTime
    public var changedAt: UnixTime?
    /// Who replayed or purged it last, and what they noted why.
    public var changedBy: String?
    /// The same of the replay alone, which a purge leaves.
    public var replayedAt: UnixTime?
    public var replayedBy: String?
  }

  public init(eventID: String) { self.eventID = eventID }

  /// Whether nobody has heard of it.
  public var isUnknown: Bool { outbox == nil && !isRecorded }
  /// Whether some of it was read from the archive.
  var isArchived: Bool { routed.contains(where: \.isArchived) || deliveries.contains(where: \.isArchived) }
  /// Whether the log has anything of it.
  public var isRecorded: Bool {
    !routed.isEmpty || !deliveries.isEmpty || !waiting.isEmpty || !deadLetters.isEmpty
  }

  public static func == (left: Self, right: Self) -> Bool {
    left.eventID == right.eventID && left.outbox?.place == right.outbox?.place
      && left.outbox?.createdAt == right.outbox?.createdAt && left.notes == right.notes && left.routed == right.routed
      && left.deliveries == right.deliveries && left.waiting == right.waiting && left.deadLetters == right.deadLetters
  }
}
