public import NotificationModel

/// A row of `notification.delivery`: what is known of one delivery. Rows of one delivery merge into one, in any order and
/// however often, as PostgreSQL merges them too.
public struct DeliveryRow: Sendable, Equatable {
  public struct Key: Sendable, Hashable, Comparable {
    public let day: EventDay
    public let delivery: String

    public static func < (left: Self, right: Self) -> Bool {
      (left.day, left.delivery) < (right.day, right.delivery)
    }
  }

  public let key: Key
  /// The greatest of what was heard.
  public private(set) var last: DeliveryStatus
  public private(set) var user: Int64?
  public private(set) var category, template: String?
  /// The earliest of each.
  public private(set) var pendingAt, processingAt, finishedAt: UnixTime?

  public init(_ status: DeliveryStatus) {
    key = Key(day: EventDay(of: status.eventTime), delivery: status.deliveryID)
    last = status
    (user, category, template) = (status.user, status.category, status.template)
    switch status.state {
    case .pending: pendingAt = status.time
    case .processing: processingAt = status.time
    // A receipt comes after the end, and says nothing of when that was.
    case .success where status.receipt != nil: break
    case .suppressed, .fail, .success: finishedAt = status.time
    case .deferred, .retrying, .ambiguous: break
    }
  }

  /// - Parameter other: of the same key.
  public mutating func merge(_ other: DeliveryRow) {
    if Self.isLess(last, other.last) { last = other.last }
    user = Self.greatest(user, other.user)
    category = Self.greatest(category, other.category, by: Self.isLess)
    template = Self.greatest(template, other.template, by: Self.isLess)
    pendingAt = Self.least(pendingAt, other.pendingAt)
    processingAt = Self.least(processingAt, other.processingAt)
    finishedAt = Self.least(finishedAt, other.finishedAt)
  }

  /// By (replay, attempt, rank, receipt), and what differs beside that, so that one of two is always the greater.
  static func isLess(_ left: DeliveryStatus, _ right: DeliveryStatus) -> Bool {
    let steps = (left.replay, left.attempt, left.state.rank, left.receipt?.rank ?? 0, left.time)
    let others = (right.replay, right.attempt, right.state.rank, right.receipt?.rank ?? 0, right.time)
    if steps != others { return steps < others }
    let (reason, other) = (left.reason ?? "", right.reason ?? "")
    if reason != other { return isLess(reason, other) }
    let (name, otherName) = (left.providerID ?? "", right.providerID ?? "")
    if name != otherName { return isLess(name, otherName) }
    return isLess(left.receiptCode ?? "", right.receiptCode ?? "")
  }

  /// By bytes, as PostgreSQL's collation C.
  static func isLess(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }

  private static func greatest(_ left: Int64?, _ right: Int64?) -> Int64? {
    greatest(left, right, by: <)
  }

  private static func greatest<T>(_ left: T?, _ right: T?, by isLess: (T, T) -> Bool) -> T? {
    guard let left else { return right }
    guard let right else { return left }
    return isLess(left, right) ? right : left
  }

  private static func least(_ left: UnixTime?, _ right: UnixTime?) -> UnixTime? {
    guard let left else { return right }
    return right.map { min(left, $0) } ?? left
  }
}
