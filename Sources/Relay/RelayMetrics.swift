import Telemetry

/// One source's metrics; docs/operations.md says what each is for.
struct RelayMetrics: Sendable {
  let rows, repeated, transactions, bytes, acknowledged, quarantined, abandoned, skipped: Counter
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
    rows = counter("rows_total", "Outbox rows read from the slot for the first time by this process.")
    repeated = counter("repeated_total", "Rows read again, and sent again, after a producer was given up.")
    transactions = counter("transactions_total", "Transactions with outbox rows read to their end, also once more.")
    bytes = counter("bytes_total", "Bytes of outbox rows handed to Kafka.")
    acknowledged = counter("acknowledged_total", "Rows that Kafka acknowledged.")
    quarantined = counter("quarantined_total", "Rows whose pointer Kafka acknowledged in their place.")
    abandoned = counter("abandoned_total", "Rows without an answer when their producer was given up; they come again.")
    skipped = counter("skipped_total", "Rows passed over after a reconnect, as the same producer has them.")
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
    unaccounted = gauge(
      "unaccounted_rows", "Read, also again, and neither acknowledged, quarantined nor abandoned; 0 at rest.")
    states = StateGauges(
      registry, "bongsu_relay_state", help: "1 for the state the source is in.", labels: labels)
  }

  /// What was read and has had no answer, by counters alone: each is raised where its event happens, and none of them
  /// follows from what a flight believes to hold.
  func showUnaccounted() {
    let counted = rows.current &+ repeated.current
    let settled = acknowledged.current &+ quarantined.current &+ abandoned.current
    unaccounted.set(Int(Int64(bitPattern: counted &- settled)))
  }

  func show(_ state: SourceState) { states.show(state.kind) }
}
