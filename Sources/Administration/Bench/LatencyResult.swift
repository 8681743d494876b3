/// How late rows were.
struct LatencyResult: Equatable {
  var schedule: InsertSchedule
  /// How long inserting took.
  var seconds: Double
  /// From before a row's INSERT to its consumption.
  var consumed: LatencyDistribution
  /// From before a row's INSERT to its commit.
  var inserted: LatencyDistribution

  private var rate: Double { Double(inserted.count) / seconds }
  private var missing: Int { max(0, inserted.count - consumed.count) }

  func write(into report: inout BenchReport) {
    let series = [("insert to consumed", "relay_latency", consumed), ("the insert of it", "insert_latency", inserted)]
    report.line("Rows inserted one by one, \(rate.text()) a second, milliseconds:")
    report.table(
      [[""] + LatencyDistribution.percentiles.map(\.title) + ["count"]]
        + series.map { title, _, distribution in
          [title] + LatencyDistribution.percentiles.map { distribution.percentile($0.fraction).text(1) }
            + ["\(distribution.count)"]
        })
    report.line()
    report.table([["milliseconds", "insert to consumed"]] + consumed.buckets.map { [$0.range, "\($0.count)"] })
    for (_, name, distribution) in series {
      for percentile in LatencyDistribution.percentiles {
        report.figure("\(name)_\(percentile.figure)_milliseconds", distribution.percentile(percentile.fraction))
      }
    }
    report.figure("latency_inserted_rows_per_second", rate)
    report.figure("latency_inserted_rows", Double(inserted.count))
    report.figure("relay_latency_missing_rows", Double(missing))
    judge(&report)
  }

  private func judge(_ report: inout BenchReport) {
    if missing > 0 { report.failures.append("\(missing) of \(inserted.count) rows were not consumed") }
    guard rate < 0.95 * Double(schedule.rate) else { return }
    report.line()
    report.line(
      "The database took \(rate.text()) rows a second of the \(schedule.rate) wanted, one commit each: "
        + "the latencies are those of a database at its limit.")
  }
}
