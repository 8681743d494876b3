import Foundation
import Synchronization

/// All metrics of a process and their text for Prometheus. The same name and labels give the same instrument.
public final class MetricsRegistry: Sendable {
  public typealias Labels = [(String, String)]

  private enum Instrument: Sendable {
    case counter(Counter)
    case gauge(Gauge)
    case histogram(Histogram)

    var kind: String {
      switch self {
      case .counter: "counter"
      case .gauge: "gauge"
      case .histogram: "histogram"
      }
    }
  }

  private struct Family: Sendable {
    var help: String
    var instruments: [String: Instrument] = [:]
  }

  private let families = Mutex<[String: Family]>([:])

  public init() {}

  public func counter(_ name: String, help: String, labels: Labels = []) -> Counter {
    guard case .counter(let found) = instrument(name, help, labels, { .counter(Counter()) }) else {
      preconditionFailure("\(name) is no counter")
    }
    return found
  }

  public func gauge(_ name: String, help: String, labels: Labels = []) -> Gauge {
    guard case .gauge(let found) = instrument(name, help, labels, { .gauge(Gauge()) }) else {
      preconditionFailure("\(name) is no gauge")
    }
    return found
  }

  public func histogram(
    _ name: String, help: String, labels: Labels = [], bounds: [Double] = Histogram.latencyBounds
  ) -> Histogram {
    guard case .histogram(let found) = instrument(name, help, labels, { .histogram(Histogram(bounds: bounds)) }) else {
      preconditionFailure("\(name) is no histogram")
    }
    return found
  }

  private func instrument(
    _ name: String, _ help: String, _ labels: Labels, _ make: () -> Instrument
  ) -> Instrument {
    let key = Self.text(of: labels)
    return families.withLock { families in
      if let found = families[name]?.instruments[key] { return found }
      let made = make()
      families[name, default: Family(help: help)].instruments[key] = made
      return made
    }
  }

  /// The exposition format 0.0.4.
  public func render() -> String {
    let all = families.withLock { $0 }
    return all.sorted { $0.key < $1.key }.map { Self.render($0.key, $0.value) }.joined()
  }

  private static func render(_ name: String, _ family: Family) -> String {
    guard let kind = family.instruments.values.first?.kind else { return "" }
    var out = "# HELP \(name) \(family.help)\n# TYPE \(name) \(kind)\n"
    for (labels, instrument) in family.instruments.sorted(by: { $0.key < $1.key }) {
      switch instrument {
      case .counter(let counter): out += "\(name)\(braced(labels)) \(counter.current)\n"
      case .gauge(let gauge): out += "\(name)\(braced(labels)) \(number(gauge.current))\n"
      case .histogram(let histogram): out += render(name, labels, histogram)
      }
    }
    return out
  }

  private static func render(_ name: String, _ labels: String, _ histogram: Histogram) -> String {
    let (cumulative, sum) = histogram.snapshot
    let prefix = labels.isEmpty ? "" : labels + ","
    var out = ""
    for (bound, count) in zip(histogram.bounds.map(number) + ["+Inf"], cumulative) {
      out += "\(name)_bucket{\(prefix)le=\"\(bound)\"} \(count)\n"
    }
    return out + "\(name)_sum\(braced(labels)) \(sum)\n\(name)_count\(braced(labels)) \(cumulative.last ?? 0)\n"
  }

  private static func braced(_ labels: String) -> String { labels.isEmpty ? "" : "{\(labels)}" }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
  }

  private static func text(of labels: Labels) -> String {
    labels.map { name, value in
      let escaped = value.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
      return "\(name)=\"\(escaped.replacingOccurrences(of: "\n", with: "\\n"))\""
    }.joined(separator: ",")
  }
}
