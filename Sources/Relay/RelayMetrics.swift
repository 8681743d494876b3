import Telemetry

/// One source's metrics; docs/operations.md says what each is for.
struct RelayMetrics: Sendable {
  let rows, transactions, bytes, acknowledged, quarantined, skipped: Counter
  let reconnectsPostgres, reconnectsKafka: Counter
  let produceLatency, commitToAcknowledge: Histogram
  let lagSeconds, inFlightRows, inFlightBytes, unaccounted: Gauge
  private let states: StateGauges<SourceState.Kind>

  init(_ registry: MetricsRegistry, source: String) {
    let labels = [("source", source)]
    func counter(_ name: String, _ help: String, _ more: [(String, String)] = []) -> Counter {
      registry.counter("bongsu_relay_\(name)", help: help, labels: labels + more)
    }
    func gauge(_ name: String, _ help: String, _ more: [(String, String)] = []) -> Gauge {
      registry.gauge("bongsu_relay_\(name)", help: help, labels: labels + more)
    }
    rows = counter("rows_total", "Outbox rows read from the slot, repeated ones left out.")
    transactions = counter("transactions_total", "Transactions with outbox rows read to their end.")
    bytes = counter("bytes_total", "Bytes of outbox rows handed to Kafka.")
    acknowledged = counter("acknowledged_total", "Rows that Kafka acknowledged.")
    quarantined = counter("quarantined_total", "Rows whose pointer Kafka acknowledged in their place.")
    skipped = counter("skipped_total", "Repeated rows passed over after a reconnect.")
    let reconnects = "Times a connection was made anew."
    reconnectsPostgres = counter("reconnects_total", reconnects, [("side", "postgres")])
    reconnectsKafka = counter("reconnects_total", reconnects, [("side", "kafka")])
    produceLatency = registry.histogram(
      "bongsu_relay_produce_latency_seconds", help: "From handing a row to Kafka to its acknowledgement.",
      labels: labels)
    commitToAcknowledge = registry.histogram(
      "bongsu_relay_commit_to_acknowledge_seconds", help: "From a row's commit to its acknowledgement.",
      labels: labels)
    lagSeconds = gauge("lag_seconds", "Age of the oldest commit that waits in the relay.")
    inFlightRows = gauge("in_flight_rows", "Rows handed to Kafka and not acknowledged.")
    inFlightBytes = gauge("in_flight_bytes", "Their bytes.")
    unaccounted = gauge("unaccounted_rows", "Read - acknowledged - quarantined; 0 at rest.")
    states = StateGauges(
      registry, "bongsu_relay_state", help: "1 for the state the source is in.", labels: labels)
  }

  func show(_ state: SourceState) { states.show(state.kind) }
}
