/// Latencies in microseconds, sorted.
struct LatencyDistribution: Equatable {
  static let percentiles: [(title: String, figure: String, fraction: Double)] = [
    ("p50", "p50", 0.5), ("p90", "p90", 0.9), ("p99", "p99", 0.99), ("p99.9", "p999", 0.999), ("max", "max", 1),
  ]
  private static let boundsMilliseconds = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 75, 100, 150, 250, 500, 1_000]

  private let sorted: [Int64]

  init(microseconds: [Int64]) { sorted = microseconds.sorted() }

  var count: Int { sorted.count }

  /// The nearest rank, in milliseconds; 0 when there is nothing.
  func percentile(_ fraction: Double) -> Double {
    guard !sorted.isEmpty else { return 0 }
    let rank = Int((Double(sorted.count) * fraction).rounded(.up))
    return Double(sorted[max(0, rank - 1)]) / 1_000
  }

  /// How many lie in each range of milliseconds, empty ranges left out.
  var buckets: [(range: String, count: Int)] {
    var rest = sorted[...]
    var below = 0
    var found: [(range: String, count: Int)] = []
    for bound in Self.boundsMilliseconds {
      let upper = rest.firstIndex { $0 >= Int64(bound) * 1_000 } ?? rest.endIndex
      found.append(("\(below) to \(bound)", upper - rest.startIndex))
      (rest, below) = (rest[upper...], bound)
    }
    found.append(("\(below) and more", rest.count))
    return found.filter { $0.count > 0 }
  }
}
