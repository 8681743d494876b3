/// Prometheus' text format 0.0.4.
enum Exposition {
  static func render(_ family: MetricFamily) -> String {
    let help = escaped(family.help, quotes: false)
    var out = "# HELP \(family.name) \(help)\n# TYPE \(family.name) \(family.kind)\n"
    for (labels, instrument) in family.instruments.sorted(by: { $0.key < $1.key }) {
      let sample = family.name + braced(labels)
      switch instrument {
      case .counter(let counter): out += "\(sample) \(counter.current)\n"
      case .gauge(let gauge): out += "\(sample) \(number(gauge.current))\n"
      case .observed(let read): out += read().map { "\(sample) \(number($0))\n" } ?? ""
      case .histogram(let histogram): out += render(family.name, labels, histogram)
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
    return out + "\(name)_sum\(braced(labels)) \(number(sum))\n\(name)_count\(braced(labels)) \(cumulative.last ?? 0)\n"
  }

  /// Labels sorted by name, so that one set of them is one text.
  static func text(of labels: MetricsRegistry.Labels) -> String {
    labels.sorted { $0.0 < $1.0 }.map { "\($0.0)=\"\(escaped($0.1, quotes: true))\"" }.joined(separator: ",")
  }

  private static func braced(_ labels: String) -> String { labels.isEmpty ? "" : "{\(labels)}" }

  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
  }

  /// By scalars: a carriage return with a line feed is one character, and would pass for neither.
  private static func escaped(_ text: String, quotes: Bool) -> String {
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": out += "\\\\".unicodeScalars
      case "\n": out += "\\n".unicodeScalars
      case "\"" where quotes: out += "\\\"".unicodeScalars
      default: out.append(scalar)
      }
    }
    return String(out)
  }

  static func isName(_ text: String) -> Bool { isWord(text, with: "_:") }
  static func isLabel(_ text: String) -> Bool { isWord(text, with: "_") && !text.hasPrefix("__") }

  private static func isWord(_ text: String, with others: String) -> Bool {
    guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
    return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || others.contains($0)) }
  }
}
