import Foundation

/// Drains the same backlog by each contender, one after the other: rows per second, CPU and memory.
struct DrainBenchmark {
  private struct Drain {
    var seconds: Double
    var usage: Usage
    var records: Int?
  }

  let setting: Setting
  private var rows: Int { setting.isQuick ? 200_000 : 2_000_000 }

  func run() throws -> Report {
    let outbox = try Outbox(setting: setting)
    try outbox.makeSlot("bench_origin")
    note("filling the outbox with \(rows) rows")
    let end = try outbox.fill(rows: rows)
    var drains: [Contender: [Drain]] = [:]
    var report = Report()
    for round in 1...setting.rounds {
      for contender in Contender.allCases {
        note("round \(round): \(contender.title)")
        do {
          let drain = try drain(contender, outbox, end, round)
          drains[contender, default: []].append(drain)
        } catch {
          report.failures.append("\(contender.title): \(error)")
        }
      }
    }
    write(drains, into: &report)
    return report
  }

  private func drain(_ contender: Contender, _ outbox: Outbox, _ end: String, _ round: Int) throws -> Drain {
    let name = "bench_\(contender.figure)_\(round)"
    try outbox.makeSlot(name, copying: "bench_origin")
    let topic = try contender == .recvlogical ? nil : Topic(name, bootstrapServers: setting.bootstrapServers)
    sync()
    let started = ContinuousClock.now
    let child = try Child(contender.command(setting, slot: name, topic: name, end: end))
    let isOver = try eventually(by: .now + .seconds(600)) {
      let isRunning = child.isRunning()
      return try !isRunning || outbox.hasConfirmed(name, end)
    }
    let seconds = started.duration(to: .now) / .seconds(1)
    let usage = child.stop()
    guard isOver, try outbox.hasConfirmed(name, end) else {
      throw BenchmarkError("ended with status \(usage.status) before the backlog did")
    }
    try outbox.dropSlot(name)
    return Drain(seconds: seconds, usage: usage, records: try topic?.recordCount())
  }

  /// The best of the rounds: what disturbs a run only ever slows it.
  private func write(_ drains: [Contender: [Drain]], into report: inout Report) {
    let best = drains.compactMapValues { $0.min { $0.seconds < $1.seconds } }
    report.line("Backlog of \(rows) rows in transactions of 100, best of \(setting.rounds):")
    var table = [
      ["", "rows/s", "of recvlogical", "of C loop", "CPU s", "µs/row", "of C loop", "peak MB", "missing", "twice"]
    ]
    for contender in Contender.allCases {
      guard let drain = best[contender] else { continue }
      let values = figures(of: contender, drain, best, into: &report)
      table.append([contender.title] + values)
      for records in (drains[contender] ?? []).compactMap(\.records) where records != rows {
        report.failures.append("\(contender.title): \(records) records in the topic for \(rows) rows")
      }
    }
    report.table(table)
  }

  private func figures(
    of contender: Contender, _ drain: Drain, _ best: [Contender: Drain], into report: inout Report
  ) -> [String] {
    let rate = Double(rows) / drain.seconds
    let share = best[.recvlogical].map { $0.seconds / drain.seconds }
    let speed = best[.cLoop].map { $0.seconds / drain.seconds }
    let cpu = best[.cLoop].map { drain.usage.cpuSeconds / $0.usage.cpuSeconds }
    let missing = drain.records.map { max(0, rows - $0) }
    let twice = drain.records.map { max(0, $0 - rows) }
    let name = contender.figure
    report.figure("\(name)_drain_rows_per_second", rate)
    report.figure("\(name)_drain_cpu_seconds", drain.usage.cpuSeconds)
    report.figure("\(name)_drain_cpu_per_row_microseconds", drain.usage.cpuSeconds / Double(rows) * 1e6)
    report.figure("\(name)_drain_resident_peak_bytes", Double(drain.usage.residentPeakBytes))
    if contender != .recvlogical {
      if let share { report.figure("\(name)_drain_to_recvlogical_ratio", share) }
      if let missing { report.figure("\(name)_drain_missing_rows", Double(missing)) }
      if let twice { report.figure("\(name)_drain_repeated_rows", Double(twice)) }
    }
    if contender == .relay {
      if let speed { report.figure("relay_drain_to_c_loop_ratio", speed) }
      if let cpu { report.figure("relay_drain_cpu_to_c_loop_ratio", cpu) }
    }
    return [
      rate.text(), share?.text(2) ?? "-", speed?.text(2) ?? "-", drain.usage.cpuSeconds.text(2),
      (drain.usage.cpuSeconds / Double(rows) * 1e6).text(2), cpu?.text(2) ?? "-",
      (Double(drain.usage.residentPeakBytes) / 1e6).text(1), missing.map(String.init) ?? "-",
      twice.map(String.init) ?? "-",
    ]
  }
}
