import Kafka
import NotificationModel
import Policy

/// What a batch of records became.
struct RedrivenBatch {
  var records: [OutletRecord] = []
  var counts = RedriveCounts()
}

/// What was counted on the way, for metrics.
struct RedriveCounts: Equatable {
  /// Dead letters by class; `UNREADABLE` where the headers do not say.
  var read: [String: Int] = [:]
  var scheduled: [RetryTier: Int] = [:]
  /// By channel, or `events`.
  var republished: [String: Int] = [:]
  var suppressed: [SuppressionReason: Int] = [:]
  var deferred = 0
  /// By error code.
  var parked: [String: Int] = [:]
  var repeated = 0

  mutating func add(_ other: RedriveCounts) {
    read.merge(other.read, uniquingKeysWith: +)
    scheduled.merge(other.scheduled, uniquingKeysWith: +)
    republished.merge(other.republished, uniquingKeysWith: +)
    suppressed.merge(other.suppressed, uniquingKeysWith: +)
    parked.merge(other.parked, uniquingKeysWith: +)
    deferred += other.deferred
    repeated += other.repeated
  }
}
