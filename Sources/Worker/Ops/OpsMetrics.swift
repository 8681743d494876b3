import Operations
import Telemetry

/// What the ops channel counts; docs/operations.md says what each is for.
struct OpsMetrics: Sendable {
  let alerts, unreadable, repeated, restarts: Counter
  let waiting, lag: Gauge
  private let states: StateGauges<RoleState.Kind>
  private let sent, failures, givenUp: [String: Counter]

  init(_ registry: MetricsRegistry, sinks: Set<String>) {
    func counters(_ name: String, _ help: String) -> [String: Counter] {
      Dictionary(
        uniqueKeysWithValues: sinks.map { sink in
          (sink, registry.counter("bongsu_ops_\(name)", help: help, labels: [("sink", sink)]))
        })
    }
    alerts = registry.counter("bongsu_ops_alerts_total", help: "Alerts that were read.")
    unreadable = registry.counter(
      "bongsu_ops_unreadable_total", help: "Records that are no alert, and were passed over.")
    repeated = registry.counter(
      "bongsu_ops_repeated_total", help: "Messages that were begun before a restart, may have been told, and are again."
    )
    restarts = registry.counter("bongsu_ops_restarts_total", help: "Times Kafka's client was made anew after a fault.")
    waiting = registry.gauge("bongsu_ops_unfinished", help: "Alerts that were read and are not told.")
    lag = registry.gauge("bongsu_ops_lag_records", help: "Alerts that wait in the partitions that are read.")
    sent = counters("messages_total", "Messages that were taken, by where they went.")
    failures = counters("failures_total", "Attempts at a message that failed, by where it was to go.")
    givenUp = counters("given_up_total", "Messages that were given up after all attempts, by where they were to go.")
    states = StateGauges(registry, "bongsu_ops_state")
  }

  func show(_ state: RoleState) { states.show(state.kind) }

  func note(_ step: OpsOutbox.Step, _ sink: String) {
    switch step {
    case .sent: sent[sink]?.increment()
    case .again: failures[sink]?.increment()
    case .givenUp:
      failures[sink]?.increment()
      givenUp[sink]?.increment()
    }
  }
}
