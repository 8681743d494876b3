public import NotificationModel

/// A row of `notification.delivery_event`: a step that is worth keeping.
public struct StepRow: Sendable, Equatable {
  public struct Key: Sendable, Hashable, Comparable {
    public let delivery: DeliveryRow.Key
    public let replay, attempt: Int
    public let state: DeliveryState

    public static func < (left: Self, right: Self) -> Bool {
      if left.delivery != right.delivery { return left.delivery < right.delivery }
      return (left.replay, left.attempt, left.state.rank) < (right.replay, right.attempt, right.state.rank)
    }
  }

  public let key: Key
  public private(set) var reason: String?
  public private(set) var happenedAt: UnixTime

  /// Nil for a step of which the delivery's row tells enough.
  public init?(_ status: DeliveryStatus) {
    switch status.state {
    case .suppressed, .deferred, .retrying, .ambiguous, .fail: break
    case .pending, .processing, .success: return nil
    }
    let delivery = DeliveryRow.Key(day: EventDay(of: status.eventTime), delivery: status.deliveryID)
    key = Key(delivery: delivery, replay: status.replay, attempt: status.attempt, state: status.state)
    (reason, happenedAt) = (status.reason, status.time)
  }

  /// Keeps the earlier of two.
  public mutating func merge(_ other: StepRow) {
    let isEarlier =
      other.happenedAt != happenedAt
      ? other.happenedAt < happenedAt : DeliveryRow.isLess(other.reason ?? "", reason ?? "")
    if isEarlier { (reason, happenedAt) = (other.reason, other.happenedAt) }
  }

  /// What failed, where the reason is a failure's.
  var errorCode: String? {
    switch key.state {
    case .retrying, .ambiguous, .fail: reason
    default: nil
    }
  }
}
