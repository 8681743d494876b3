public import NotificationModel

/// A row of `notification.routed_event`: the numbers of one part of an event.
public struct RoutedRow: Sendable, Equatable {
  public struct Key: Sendable, Hashable, Comparable {
    public let day: EventDay
    public let event: String
    public let replay: Int
    public let part: String

    public static func < (left: Self, right: Self) -> Bool {
      (left.day, left.event, left.replay, left.part) < (right.day, right.event, right.replay, right.part)
    }
  }

  public let key: Key
  public let isRelease: Bool
  public private(set) var deliveries, suppressions, deferrals, unresolved: Int
  public private(set) var origin: String?
  public private(set) var routedAt: UnixTime

  public init(_ status: RoutedStatus) {
    // A release without a name of its own is told from others by its record.
    let part = status.part ?? (status.isRelease ? "release:\(status.origin ?? "")" : "")
    key = Key(day: EventDay(of: status.eventTime), event: status.eventID, replay: status.replay, part: part)
    isRelease = status.isRelease
    (deliveries, suppressions, unresolved) = (status.deliveries, status.suppressions, status.unresolved)
    // What waited and waits no more comes out of the event's deferrals, which its other rows count.
    deferrals = status.isRelease ? -(status.deliveries + status.suppressions) : status.deferrals
    (origin, routedAt) = (status.origin, status.time)
  }

  /// Keeps the later of two.
  public mutating func merge(_ other: RoutedRow) { if Self.isLess(self, other) { self = other } }

  private static func isLess(_ left: RoutedRow, _ right: RoutedRow) -> Bool {
    if left.routedAt != right.routedAt { return left.routedAt < right.routedAt }
    return DeliveryRow.isLess(left.origin ?? "", right.origin ?? "")
  }
}
