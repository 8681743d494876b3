/// A role's pages over its restarts: what only grows goes on where the process before it ended.
struct RunningTotals: Sendable {
  private var before: [MetricsPage.Sample: Double] = [:]
  private var last = MetricsPage()

  /// The newest page with what earlier processes of the role had counted.
  var page: MetricsPage {
    var values = last.values
    for (sample, count) in before { values[sample, default: 0] += count }
    return MetricsPage(values: values)
  }

  /// - Parameter restarted: whether it is of another process than the page before.
  mutating func take(_ page: MetricsPage, restarted: Bool) {
    if restarted {
      for (sample, value) in last.values where Self.grows(sample.name) { before[sample, default: 0] += value }
    }
    last = page
  }

  private static func grows(_ name: String) -> Bool {
    ["_total", "_bucket", "_sum", "_count"].contains { name.hasSuffix($0) }
  }
}
