import Operations
public import Telemetry

/// A recorder's metrics; docs/operations.md says what each is for.
public struct RecorderMetrics: Sendable {
  let records, batches, rows, deadLetters, devicesDisabled, postgresFailures, restarts: Counter
  let latency: Histogram
  let lag: Gauge
  private let states: StateGauges<RoleState.Kind>
  private let registry: MetricsRegistry

  public init(_ registry: MetricsRegistry) {
    self.registry = registry
    func counter(_ name: String, _ help: String) -> Counter {
      registry.counter("bongsu_recorder_\(name)", help: help, labels: [])
    }
    records = counter("records_total", "Statuses and parked records read and written.")
    batches = counter("batches_total", "Batches in which they were written.")
    rows = counter("rows_total", "Rows of the log that they came to once merged.")
    deadLetters = counter("dead_letters_total", "Parked records that became rows.")
    devicesDisabled = counter("devices_disabled_total", "Devices disabled as their provider does not know them.")
    postgresFailures = counter("postgres_failures_total", "Times PostgreSQL did not take a batch.")
    restarts = counter("restarts_total", "Times Kafka's clients were made anew after a fault.")
    latency = registry.histogram(
      "bongsu_recorder_latency_seconds", help: "From a status's own time to its row's commit.")
    lag = registry.gauge(
      "bongsu_recorder_lag_records", help: "Records that wait in the partitions this recorder reads.", labels: [])
    states = StateGauges(registry, "bongsu_recorder_state")
    // There from the start, so that an alert sees the first one.
    refused("INVALID_JSON", 0)
    maintained("archived", 0)
    maintained("failed", 0)
  }

  func show(_ state: RoleState) { states.show(state.kind) }

  func add(_ outcome: LogWriter.Outcome, now: Int64) {
    records.increment(by: outcome.records)
    batches.increment()
    rows.increment(by: outcome.rows)
    deadLetters.increment(by: outcome.deadLetters)
    devicesDisabled.increment(by: outcome.devicesDisabled)
    for refusal in outcome.refused { refused(refusal.code, 1) }
    for time in outcome.times { latency.observe(microseconds: max(0, now - time * 1_000)) }
  }

  private func refused(_ code: String, _ count: Int) {
    let counter = registry.counter(
      "bongsu_recorder_refused_total", help: "Records that are no status, or that PostgreSQL refuses; they are parked.",
      labels: [("code", code)])
    counter.increment(by: count)
  }

  /// - Parameter action: as `notification.maintain_log` tells it, or `failed`.
  func maintained(_ action: String, _ count: Int = 1) {
    let counter = registry.counter(
      "bongsu_recorder_maintenance_total", help: "Days of the log made, archived, dropped or left, and failures.",
      labels: [("action", action)])
    counter.increment(by: count)
  }
}
