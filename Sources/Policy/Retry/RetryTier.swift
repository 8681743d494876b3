public import NotificationModel

/// A topic in which dead letters wait: `notification.retry.1m` and so on. Named for how long they wait there, unless an
/// operator has shortened it.
public enum RetryTier: Int, Sendable, CaseIterable, Comparable {
  case oneMinute, fiveMinutes, fifteenMinutes, oneHour

  /// As in the topic's name.
  public var name: String { ["1m", "5m", "15m", "1h"][rawValue] }

  public var topic: NotificationTopic { NotificationTopic.retries[rawValue] }

  public init?(name: String) {
    guard let tier = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = tier
  }

  public static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }

  var standardWait: Int64 { [60_000, 300_000, 900_000, 3_600_000][rawValue] }
}

/// How long each tier waits.
public struct TierWaits: Sendable, Equatable {
  private var milliseconds: [Int64]

  public init() { milliseconds = RetryTier.allCases.map(\.standardWait) }

  /// In milliseconds, more than zero.
  public subscript(_ tier: RetryTier) -> Int64 {
    get { milliseconds[tier.rawValue] }
    set { milliseconds[tier.rawValue] = newValue }
  }

  /// Whether a tier waits less than its name says.
  public var isShortened: Bool { RetryTier.allCases.contains { self[$0] < $0.standardWait } }

  /// Whether a longer tier waits at least as long as a shorter one.
  public var isAscending: Bool { zip(milliseconds, milliseconds.dropFirst()).allSatisfy { $0 <= $1 } }

  /// The tier for what has yet to wait: the shortest that is long enough; where none is, the longest, and what is left
  /// then chooses again.
  public func tier(for wait: Int64) -> RetryTier { RetryTier.allCases.first { self[$0] >= wait } ?? .oneHour }
}
