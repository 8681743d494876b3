public import NotificationModel
import Operations
public import Telemetry

/// A worker's metrics; docs/operations.md says what each is for.
public struct WorkerMetrics: Sendable {
  let resent, unclaimed, redisFailures, redisRestarts, restarts, unreadable, heldByOthers, toldAgain: Counter
  let inFlight, unfinished, lag, rate, clockSkew, queued, connections: Gauge
  let connectionsOpened: Counter
  let provider, latency: Histogram
  private let ends: [DeliveryState: Counter]
  private let states: StateGauges<RoleState.Kind>
  private let breaker: [String: Gauge]
  private let failures: @Sendable (String) -> Counter
  private let vendors: @Sendable (String) -> Gauge

  public init(_ registry: MetricsRegistry, channel: DeliveryChannel) {
    let labels = [("channel", channel.rawValue)]
    func counter(_ name: String, _ help: String, _ more: [(String, String)] = []) -> Counter {
      registry.counter("bongsu_worker_\(name)", help: help, labels: labels + more)
    }
    func gauge(_ name: String, _ help: String, _ more: [(String, String)] = []) -> Gauge {
      registry.gauge("bongsu_worker_\(name)", help: help, labels: labels + more)
    }
    resent = counter("resent_total", "Deliveries sent again because it is not known whether they were sent.")
    unclaimed = counter("unclaimed_total", "Deliveries sent without a claim, as Redis could not be asked.")
    redisFailures = counter("redis_failures_total", "Times Redis did not answer as it should.")
    redisRestarts = counter("redis_restarts_total", "Times Redis was started anew, perhaps without what it knew.")
    restarts = counter("restarts_total", "Times Kafka's clients were made anew after a fault.")
    unreadable = counter("unreadable_total", "Records that are no delivery, which became dead letters.")
    heldByOthers = counter("held_total", "Times a delivery was another worker's.")
    toldAgain = counter("told_again_total", "Outcomes told again that another worker had left, without sending.")
    inFlight = gauge("in_flight", "Requests at the provider.")
    unfinished = gauge("unfinished", "Deliveries that were read and are not committed.")
    lag = gauge("lag_records", "Deliveries that wait in the partitions this worker reads.")
    rate = gauge("rate_limit", "Requests a second that are allowed at present; 0 is without a limit.")
    clockSkew = gauge("clock_skew_seconds", "By how much this machine's clock is ahead of Redis' one.")
    queued = gauge("provider_queued", "Of the requests at the provider those that wait here for room on a connection.")
    connections = gauge("provider_connections", "Connections to the provider that stand.")
    connectionsOpened = counter("provider_connections_opened_total", "Connections to the provider that were opened.")
    provider = registry.histogram(
      "bongsu_worker_provider_seconds", help: "From a request to the provider's answer.", labels: labels)
    latency = registry.histogram(
      "bongsu_worker_latency_seconds", help: "From a delivery's place in its topic to the provider's taking it.",
      labels: labels)
    ends = Dictionary(
      uniqueKeysWithValues: [.success, .retrying, .fail, .ambiguous].map { (state: DeliveryState) in
        (state, counter("attempts_total", "Attempts that ended, by state.", [("state", state.rawValue)]))
      })
    states = StateGauges(registry, "bongsu_worker_state", labels: labels)
    breaker = Dictionary(
      uniqueKeysWithValues: ["closed", "open", "probing"].map {
        ($0, gauge("breaker", "1 for the state of the provider's breaker.", [("state", $0)]))
      })
    failures = { code in
      registry.counter(
        "bongsu_worker_failures_total", help: "Answers of the provider that were no success, by its code.",
        labels: labels + [("code", code)])
    }
    vendors = { name in
      registry.gauge(
        "bongsu_worker_vendor_up", help: "1 where the vendor takes messages, 0 where others are asked in its place.",
        labels: labels + [("vendor", name)])
    }
  }

  func count(_ outcome: SendOutcome) { ends[outcome.state]?.increment() }

  func countFailure(_ code: String) { failures(code).increment() }

  func show(_ load: ProviderLoad) {
    queued.set(load.queued)
    connections.set(load.connections)
    connectionsOpened.increment(by: max(0, load.connectionsOpened - Int(connectionsOpened.current)))
  }

  public func show(_ way: ProviderWay) { vendors(way.name).set(way.failure == nil ? 1 : 0) }

  func show(_ state: RoleState) { states.show(state.kind) }

  func show(_ state: Breaker.State) {
    let name =
      switch state {
      case .closed: "closed"
      case .open: "open"
      case .probing: "probing"
      }
    for (known, gauge) in breaker { gauge.set(known == name ? 1 : 0) }
  }
}
