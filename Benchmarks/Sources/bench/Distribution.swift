/// Latencies, sorted.
struct Distribution {
  private static let percentiles: [(title: String, figure: String, fraction: Double)] = [
    ("p50", "p50", 0.5), ("p90", "p90", 0.9), ("p99", "p99", 0.99), ("p99.9", "p999", 0.999), ("max", "max", 1),
  ]
  private static let bucketsMilliseconds = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 75, 100, 150, 250, 500, 1000]

  private let microseconds: [Int]

  init(_ microseconds: [Int]) { self.microseconds = microseconds.sorted() }

  /// The nearest rank, in milliseconds.
  func percentile(_ fraction: Double) -> Double {
    guard !microseconds.isEmpty else { return 0 }
    let rank = Int((Double(microseconds.count) * fraction).rounded(.up))
    return Double(microseconds[max(0, rank - 1)]) / 1000
  }

  func write(figures name: String, into report: inout Report) {
    for (_, figure, fraction) in Self.percentiles {
      report.figure("\(name)_\(figure)_milliseconds", percentile(fraction))
    }
  }

  static func percentileTable(_ series: [(title: String, distribution: Distribution)]) -> [[String]] {
    [[""] + percentiles.map(\.title) + ["count"]]
      + series.map { entry in
        [entry.title] + percentiles.map { entry.distribution.percentile($0.fraction).text(1) }
          + ["\(entry.distribution.microseconds.count)"]
      }
  }

  static func bucketTable(_ series: [(title: String, distribution: Distribution)]) -> [[String]] {
    var below = 0
    var table = [["milliseconds"] + series.map(\.title)]
    for limit in bucketsMilliseconds + [Int.max / 1000] {
      let counts = series.map { entry in
        entry.distribution.microseconds.count { $0 >= below * 1000 && $0 < limit * 1000 }
      }
      if counts.contains(where: { $0 > 0 }) {
        table.append([limit == .max / 1000 ? "\(below) and more" : "\(below) to \(limit)"] + counts.map(String.init))
      }
      below = limit
    }
    return table
  }
}
