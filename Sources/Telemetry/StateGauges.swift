/// A gauge for each state that something can be in, told apart by the label `state`: 1 for the one it is in.
public struct StateGauges<State: CaseIterable & Hashable & RawRepresentable<String> & Sendable>: Sendable {
  private let gauges: [State: Gauge]

  public init(
    _ registry: MetricsRegistry, _ name: String, help: String = "1 for the state it is in.",
    labels: MetricsRegistry.Labels = []
  ) {
    gauges = Dictionary(
      uniqueKeysWithValues: State.allCases.map {
        ($0, registry.gauge(name, help: help, labels: labels + [("state", $0.rawValue)]))
      })
  }

  public func show(_ state: State) { for (known, gauge) in gauges { gauge.set(known == state ? 1 : 0) } }
}
