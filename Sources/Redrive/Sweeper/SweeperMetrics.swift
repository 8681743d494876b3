public import Telemetry

/// A sweeper's metrics; docs/operations.md says what each is for.
public struct SweeperMetrics: Sendable {
  private let rounds: [String: Counter]
  private let found, held: Gauge
  private let swept, sweptReplays: Counter
  private let foundReplays: Gauge
  private let left: [SweepCase.LeftReason: Counter]

  public init(_ registry: MetricsRegistry) {
    rounds = Dictionary(
      uniqueKeysWithValues: ["done", "skipped", "failed"].map {
        (
          $0,
          registry.counter(
            "bongsu_sweeper_rounds_total", help: "Looks at the log, by how they ended.", labels: [("result", $0)])
        )
      })
    found = registry.gauge(
      "bongsu_sweeper_silent_events", help: "Events with deliveries that nothing is heard of, at the last look.",
      labels: [])
    held = registry.gauge(
      "bongsu_sweeper_held_deliveries",
      help: "Deliveries that nothing is heard of and that still lie before their worker, at the last look.", labels: [])
    swept = registry.counter(
      "bongsu_sweeper_events_total", help: "Events sent again to the router.", labels: [])
    foundReplays = registry.gauge(
      "bongsu_sweeper_silent_replays", help: "Replayed deliveries that nothing is heard of, at the last look.",
      labels: [])
    sweptReplays = registry.counter(
      "bongsu_sweeper_replays_total", help: "Replayed deliveries sent again to their channel.", labels: [])
    left = Dictionary(
      uniqueKeysWithValues: SweepCase.LeftReason.allCases.map {
        (
          $0,
          registry.counter(
            "bongsu_sweeper_left_total", help: "Events and replays left to a person, who was alerted, by reason.",
            labels: [("reason", $0.rawValue)])
        )
      })
  }

  func add(_ outcome: SweepRound.Outcome) {
    rounds[outcome.isSkipped ? "skipped" : "done"]?.increment()
    if !outcome.isSkipped {
      found.set(outcome.found)
      foundReplays.set(outcome.foundReplays)
      held.set(outcome.held)
    }
    swept.increment(by: outcome.swept)
    sweptReplays.increment(by: outcome.sweptReplays)
    for (reason, count) in outcome.left { left[reason]?.increment(by: count) }
  }

  func addFailure() { rounds["failed"]?.increment() }
}
