import Synchronization

/// All metrics of a process. The same name and labels give the same instrument, whoever asks.
///
/// Names and labels are the program's own: a name that is used as two kinds, or that Prometheus would refuse, is a
/// mistake in the program and traps.
public final class MetricsRegistry: Sendable {
  public typealias Labels = [(String, String)]

  /// What Prometheus calls a metric that is one number.
  public enum Kind: String, Sendable { case counter, gauge }

  private let families = Mutex<[String: MetricFamily]>([:])

  public init() {}

  /// A number that only grows; its name ends with `_total`.
  public func counter(_ name: String, help: String, labels: Labels = []) -> Counter {
    guard case .counter(let found) = instrument(name, help, labels, "counter", { .counter(Counter()) }) else {
      preconditionFailure("\(name) is no counter")
    }
    return found
  }

  /// A number that goes up and down.
  public func gauge(_ name: String, help: String, labels: Labels = []) -> Gauge {
    guard case .gauge(let found) = instrument(name, help, labels, "gauge", { .gauge(Gauge()) }) else {
      preconditionFailure("\(name) is no gauge")
    }
    return found
  }

  /// Durations by upper bound; `bounds` in seconds, growing, without infinity.
  public func histogram(
    _ name: String, help: String, labels: Labels = [], bounds: [Double] = Histogram.latencyBounds
  ) -> Histogram {
    let made = { MetricFamily.Instrument.histogram(Histogram(bounds: bounds)) }
    guard case .histogram(let found) = instrument(name, help, labels, "histogram", made) else {
      preconditionFailure("\(name) is no histogram")
    }
    return found
  }

  /// A number that somebody else keeps: `read` is asked at each rendering and must not wait; nil leaves the sample out.
  public func observed(
    _ name: String, _ kind: Kind, help: String, labels: Labels = [], read: @escaping @Sendable () -> Double?
  ) {
    _ = instrument(name, help, labels, kind.rawValue) { .observed(read) }
  }

  /// Forgets one instrument of a name, as of something that is gone; another one of these labels begins anew.
  public func remove(_ name: String, labels: Labels) {
    families.withLock { families in
      families[name]?.instruments[Exposition.text(of: labels)] = nil
      if families[name]?.instruments.isEmpty == true { families[name] = nil }
    }
  }

  private func instrument(
    _ name: String, _ help: String, _ labels: Labels, _ kind: String, _ make: () -> MetricFamily.Instrument
  ) -> MetricFamily.Instrument {
    precondition(Exposition.isName(name), "\(name) is no metric's name")
    precondition(labels.allSatisfy { Exposition.isLabel($0.0) }, "\(name) has a label that is no name")
    precondition(Set(labels.map(\.0)).count == labels.count, "\(name) has a label twice")
    let key = Exposition.text(of: labels)
    return families.withLock { families in
      let family = families[name, default: MetricFamily(name: name, kind: kind, help: help)]
      precondition(family.kind == kind, "\(name) is a \(family.kind), not a \(kind)")
      if let found = family.instruments[key] { return found }
      let made = make()
      families[name, default: family].instruments[key] = made
      return made
    }
  }

  /// Prometheus' text format 0.0.4.
  public func render() -> String {
    let all = families.withLock { $0 }
    return all.values.sorted { $0.name < $1.name }.map(Exposition.render).joined()
  }
}

/// All instruments of one name.
struct MetricFamily: Sendable {
  enum Instrument: Sendable {
    case counter(Counter)
    case gauge(Gauge)
    case histogram(Histogram)
    case observed(@Sendable () -> Double?)
  }

  let name: String
  let kind: String
  let help: String
  /// By the text of their labels.
  var instruments: [String: Instrument] = [:]
}
