public import NotificationModel
import Policy

/// What a batch of records became.
public struct RoutedBatch: Sendable {
  public internal(set) var records: [OutgoingRecord] = []
  public internal(set) var counts = RoutedCounts()

  mutating func add(_ other: RoutedBatch) {
    records += other.records
    counts.add(other.counts)
  }
}

/// What was counted on the way, for metrics.
public struct RoutedCounts: Sendable, Equatable {
  public internal(set) var events = 0
  public internal(set) var deliveries: [DeliveryChannel: Int] = [:]
  public internal(set) var suppressions: [SuppressionReason: Int] = [:]
  public internal(set) var deferrals: [DeferralReason: Int] = [:]
  /// By error code.
  public internal(set) var deadLetters: [String: Int] = [:]
  public internal(set) var rateUnknown = 0

  mutating func add(_ judgement: Judgement) {
    for verdict in judgement.verdicts {
      switch verdict.outcome {
      case .deliver: deliveries[verdict.channel, default: 0] += 1
      case .suppress(let reason): suppressions[reason, default: 0] += 1
      case .wait(let reason, _): deferrals[reason, default: 0] += 1
      }
    }
    if !judgement.unresolved.isEmpty { deadLetters["UNKNOWN_USER", default: 0] += 1 }
  }

  mutating func add(_ other: RoutedCounts) {
    events += other.events
    rateUnknown += other.rateUnknown
    deliveries.merge(other.deliveries, uniquingKeysWith: +)
    suppressions.merge(other.suppressions, uniquingKeysWith: +)
    deferrals.merge(other.deferrals, uniquingKeysWith: +)
    deadLetters.merge(other.deadLetters, uniquingKeysWith: +)
  }
}
