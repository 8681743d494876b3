import Audience
import NotificationModel
import Operations
public import Telemetry

/// A router's metrics; docs/operations.md says what each is for.
public struct RouterMetrics: Sendable {
  let events, bytes, batches, restarts, redisFailures, rateUnknown, released: Counter
  let latency: Histogram
  let lag, inFlight, dueDeferrals, dueLag: Gauge
  private let deliveries: [DeliveryChannel: Counter]
  private let suppressions: [SuppressionReason: Counter]
  private let deferrals: [DeferralReason: Counter]
  private let states: StateGauges<RoleState.Kind>
  private let audience: [String: Counter]
  private let rounds: [Bool: Counter]
  private let registry: MetricsRegistry

  public init(_ registry: MetricsRegistry) {
    self.registry = registry
    func counter(_ name: String, _ help: String, _ labels: [(String, String)] = []) -> Counter {
      registry.counter("bongsu_router_\(name)", help: help, labels: labels)
    }
    func gauge(_ name: String, _ help: String, _ labels: [(String, String)] = []) -> Gauge {
      registry.gauge("bongsu_router_\(name)", help: help, labels: labels)
    }
    func each<Key: Hashable>(_ keys: [Key], _ make: (Key) -> Counter) -> [Key: Counter] {
      Dictionary(uniqueKeysWithValues: keys.map { ($0, make($0)) })
    }
    events = counter("events_total", "Events read and routed, with those that became dead letters.")
    bytes = counter("event_bytes_total", "Their bytes.")
    batches = counter("batches_total", "Batches in which they were routed.")
    restarts = counter("restarts_total", "Times Kafka's clients were made anew after a fault.")
    redisFailures = counter("redis_failures_total", "Times Redis did not answer as it should.")
    rateUnknown = counter("rate_unknown_total", "Questions to the rate limiter without an answer.")
    released = counter("released_total", "Deferred deliveries sent back through the outbox.")
    dueDeferrals = gauge("due_deferrals", "Deferred deliveries that are due and not released, up to 100,000.")
    dueLag = gauge("due_lag_seconds", "How long ago the oldest of them was due.")
    rounds = Dictionary(
      uniqueKeysWithValues: [(true, "done"), (false, "failed")].map {
        ($0, counter("release_rounds_total", "Looks for what is due, by how they ended.", [("result", $1)]))
      })
    latency = registry.histogram(
      "bongsu_router_latency_seconds", help: "From an event's place in its topic to all its deliveries in theirs.")
    lag = gauge("lag_records", "Events that wait in the partitions this router reads.")
    inFlight = gauge("in_flight_records", "Records that Kafka has not acknowledged.")
    deliveries = each(DeliveryChannel.allCases) {
      counter("deliveries_total", "Deliveries made, by channel.", [("channel", $0.rawValue)])
    }
    suppressions = each(SuppressionReason.allCases) {
      counter("suppressions_total", "Deliveries that may not be made, by reason.", [("reason", $0.rawValue)])
    }
    deferrals = each([.scheduled, .night]) {
      counter("deferrals_total", "Deliveries that wait, by reason.", [("reason", $0.rawValue)])
    }
    states = StateGauges(registry, "bongsu_router_state")
    audience = each(["process", "redis", "postgres"]) {
      counter("audience_found_total", "Users and templates found, by where.", [("in", $0)])
    }
  }

  func show(_ state: RoleState) { states.show(state.kind) }

  func show(_ due: DeferralStore.Due) {
    dueDeferrals.set(due.count)
    dueLag.set(due.seconds)
  }

  func addRound(isDone: Bool) { rounds[isDone]?.increment() }

  func add(_ counts: RoutedCounts) {
    events.increment(by: counts.events)
    batches.increment()
    rateUnknown.increment(by: counts.rateUnknown)
    for (channel, count) in counts.deliveries { deliveries[channel]?.increment(by: count) }
    for (reason, count) in counts.suppressions { suppressions[reason]?.increment(by: count) }
    for (reason, count) in counts.deferrals { deferrals[reason]?.increment(by: count) }
    for (code, count) in counts.deadLetters {
      let letters = registry.counter(
        "bongsu_router_dead_letters_total", help: "Events that became dead letters, by error code.",
        labels: [("code", code)])
      letters.increment(by: count)
    }
  }

  func add(_ now: AudienceCounts, since before: AudienceCounts) {
    audience["process"]?.increment(by: now.local - before.local)
    audience["redis"]?.increment(by: now.cached - before.cached)
    audience["postgres"]?.increment(by: now.read - before.read)
    redisFailures.increment(by: now.cacheFailures - before.cacheFailures)
  }
}
