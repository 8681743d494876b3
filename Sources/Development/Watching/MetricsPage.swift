/// A page of Prometheus' text format 0.0.4, as roles answer it.
public struct MetricsPage: Sendable, Equatable {
  public struct Sample: Sendable, Hashable {
    public let name: String
    public let labels: [String: String]

    public init(_ name: String, _ labels: [String: String] = [:]) { (self.name, self.labels) = (name, labels) }
  }

  public private(set) var values: [Sample: Double] = [:]

  public init() {}

  /// Reads what it can: a line that is no sample is passed over, as a page may be cut.
  public init(_ text: some StringProtocol) {
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      var reader = SampleReader(rest: Substring(line))
      if let (sample, value) = reader.read() { values[sample] = value }
    }
  }

  init(values: [Sample: Double]) { self.values = values }

  /// The sum of a name's samples that have all of these labels; 0 without any.
  public func sum(_ name: String, where labels: [String: String] = [:]) -> Double {
    values.reduce(0) { sum, entry in
      guard entry.key.name == name, labels.allSatisfy({ entry.key.labels[$0.key] == $0.value }) else { return sum }
      return sum + entry.value
    }
  }

  /// A name's sums by one of its labels; samples without that label are left out.
  public func sums(_ name: String, by label: String) -> [String: Double] {
    values.reduce(into: [:]) { sums, entry in
      guard entry.key.name == name, let key = entry.key.labels[label] else { return }
      sums[key, default: 0] += entry.value
    }
  }

  /// The upper bound of the bucket that holds the given share of a histogram's observations, in seconds, those of all
  /// labels together; nil without any, infinite where it is above the last bound.
  public func quantile(_ share: Double, _ histogram: String) -> Double? {
    let buckets = sums("\(histogram)_bucket", by: "le").compactMap { text, count in
      (text == "+Inf" ? Double.infinity : Double(text)).map { (bound: $0, count: count) }
    }.sorted { $0.bound < $1.bound }
    guard let total = buckets.last?.count, total > 0 else { return nil }
    return buckets.first { $0.count >= share * total }?.bound
  }
}

/// Reads `name{label="value",…} number`.
private struct SampleReader {
  var rest: Substring

  mutating func read() -> (MetricsPage.Sample, Double)? {
    let name = takeName()
    guard !name.isEmpty, let labels = rest.first == "{" ? takeLabels() : [:] else { return nil }
    // A time may follow the value.
    guard let word = rest.split(separator: " ").first, let value = Self.number(word) else { return nil }
    return (MetricsPage.Sample(String(name), labels), value)
  }

  private mutating func takeName() -> Substring {
    let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == ":" }
    rest.removeFirst(name.count)
    return name
  }

  /// Nil for what does not end.
  private mutating func takeLabels() -> [String: String]? {
    rest.removeFirst()
    var labels: [String: String] = [:]
    while let next = rest.first, next != "}" {
      if next == "," || next == " " {
        rest.removeFirst()
        continue
      }
      let name = takeName()
      guard !name.isEmpty, rest.hasPrefix("=\"") else { return nil }
      rest.removeFirst(2)
      guard let value = takeQuoted() else { return nil }
      labels[String(name)] = value
    }
    guard rest.first == "}" else { return nil }
    rest.removeFirst()
    return labels
  }

  /// Up to the closing quote, which it takes as well.
  private mutating func takeQuoted() -> String? {
    var text = ""
    while let next = rest.popFirst() {
      switch next {
      case "\"": return text
      case "\\":
        guard let escaped = rest.popFirst() else { return nil }
        text.append(escaped == "n" ? "\n" : escaped)
      default: text.append(next)
      }
    }
    return nil
  }

  private static func number(_ text: Substring) -> Double? {
    switch text {
    case "+Inf": .infinity
    case "-Inf": -.infinity
    default: Double(text)
    }
  }
}
