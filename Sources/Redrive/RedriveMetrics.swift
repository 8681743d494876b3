import NotificationModel
import Operations
import Policy
public import Telemetry

/// Redrive's metrics; docs/operations.md says what each is for.
public struct RedriveMetrics: Sendable {
  let deferred, repeated, restarts, redisFailures: Counter
  let inFlight, dueLag: Gauge
  private let read: [String: Counter]
  private let scheduled: [RetryTier: Counter]
  private let waiting: [RetryTier: Gauge]
  private let suppressed: [SuppressionReason: Counter]
  private let republished: [String: Counter]
  private let states: StateGauges<RoleState.Kind>
  private let registry: MetricsRegistry

  public init(_ registry: MetricsRegistry) {
    self.registry = registry
    func counter(_ name: String, _ help: String, _ labels: [(String, String)] = []) -> Counter {
      registry.counter("bongsu_redrive_\(name)", help: help, labels: labels)
    }
    func gauge(_ name: String, _ help: String, _ labels: [(String, String)] = []) -> Gauge {
      registry.gauge("bongsu_redrive_\(name)", help: help, labels: labels)
    }
    func each<Key: Hashable, Value>(_ keys: [Key], _ make: (Key) -> Value) -> [Key: Value] {
      Dictionary(uniqueKeysWithValues: keys.map { ($0, make($0)) })
    }
    deferred = counter("deferred_total", "Deliveries that wait for the end of the night.")
    repeated = counter("repeated_total", "Dead letters of an attempt that was scheduled already, passed over.")
    restarts = counter("restarts_total", "Times Kafka's clients were made anew after a fault.")
    redisFailures = counter("redis_failures_total", "Times Redis did not answer as it should.")
    inFlight = gauge("in_flight_records", "Records that Kafka has not acknowledged.")
    dueLag = gauge("due_lag_seconds", "How long ago the oldest record that still waits was due; 0 where none is.")
    read = each(ErrorClass.allCases.map(\.rawValue) + ["UNREADABLE"]) {
      counter("read_total", "Dead letters read, by class.", [("class", $0)])
    }
    scheduled = each(RetryTier.allCases) {
      counter("scheduled_total", "Records put into a retry topic, by topic.", [("tier", $0.name)])
    }
    waiting = each(RetryTier.allCases) {
      gauge("waiting_records", "Records that wait in the partitions read here, by retry topic.", [("tier", $0.name)])
    }
    suppressed = each(SuppressionReason.allCases) {
      counter("suppressed_total", "Deliveries that may not be tried again, by reason.", [("reason", $0.rawValue)])
    }
    republished = each(DeliveryChannel.allCases.map(\.rawValue) + ["events"]) {
      counter("republished_total", "Records sent back to where they came from.", [("to", $0)])
    }
    states = StateGauges(registry, "bongsu_redrive_state")
  }

  func show(_ state: RoleState) { states.show(state.kind) }

  func show(waiting count: Int, _ tier: RetryTier) { waiting[tier]?.set(count) }

  func add(_ counts: RedriveCounts) {
    deferred.increment(by: counts.deferred)
    repeated.increment(by: counts.repeated)
    for (key, count) in counts.read { read[key]?.increment(by: count) }
    for (key, count) in counts.scheduled { scheduled[key]?.increment(by: count) }
    for (key, count) in counts.suppressed { suppressed[key]?.increment(by: count) }
    for (key, count) in counts.republished { republished[key]?.increment(by: count) }
    for (code, count) in counts.parked { countParked(code, count) }
  }

  func countParked(_ code: String, _ count: Int) {
    let parked = registry.counter(
      "bongsu_redrive_parked_total", help: "Records given up for a person, by error code.", labels: [("code", code)])
    parked.increment(by: count)
  }
}
