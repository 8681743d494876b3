import Telemetry

/// What the watcher shows; docs/operations.md says what each is for.
struct WatchMetrics: Sendable {
  let lagBytes, retainedWAL: Gauge
  let heartbeats, maintenanceDone, maintenanceFailed: Counter
  private let statuses: [String: Gauge]

  init(_ registry: MetricsRegistry, source: String) {
    let labels = [("source", source)]
    lagBytes = registry.gauge(
      "bongsu_relay_lag_bytes", help: "Log between the server's end and what the slot has confirmed.", labels: labels)
    retainedWAL = registry.gauge(
      "bongsu_relay_retained_wal_bytes", help: "Log that the slot keeps on the server's disk.", labels: labels)
    heartbeats = registry.counter(
      "bongsu_relay_heartbeats_total", help: "Logical messages written for idle databases.", labels: labels)
    func runs(_ result: String) -> Counter {
      registry.counter(
        "bongsu_relay_maintenance_runs_total", help: "Runs of outbox.maintain.", labels: labels + [("result", result)])
    }
    maintenanceDone = runs("done")
    maintenanceFailed = runs("failed")
    let names = ["reserved", "extended", "unreserved", "lost", "missing"]
    statuses = Dictionary(
      uniqueKeysWithValues: names.map {
        let gauge = registry.gauge(
          "bongsu_relay_slot_wal_status", help: "1 for the slot's wal_status.", labels: labels + [("status", $0)])
        return ($0, gauge)
      })
  }

  func show(status: String) {
    for (name, gauge) in statuses { gauge.set(name == status ? 1 : 0) }
  }
}
