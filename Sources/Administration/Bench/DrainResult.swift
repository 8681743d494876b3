/// What a backlog cost.
struct DrainResult: Sendable, Equatable {
  var rows: Int
  /// The slot alone, read to nowhere.
  var ceilingSeconds: Double
  /// From the relay's start to Kafka's acknowledgement of the last row.
  var seconds: Double
  /// Of the whole process, meanwhile.
  var cpuSeconds: Double
  var residentPeakBytes: Int
  /// In the topic, by its end offsets.
  var records: Int

  var missing: Int { max(0, rows - records) }
  var repeated: Int { max(0, records - rows) }

  func write(into report: inout BenchReport) {
    let (ceiling, relay) = (Double(rows) / ceilingSeconds, Double(rows) / seconds)
    let cpu = cpuSeconds / Double(rows) * 1e6
    report.line("Backlog of \(rows) rows of about 430 bytes in transactions of 100:")
    report.table([
      ["", "rows/s", "of the slot", "CPU s", "µs/row", "peak MB", "missing", "twice"],
      ["slot alone", ceiling.text(), "1.00", "-", "-", "-", "-", "-"],
      [
        "bongsu relay", relay.text(), (relay / ceiling).text(2), cpuSeconds.text(2), cpu.text(2),
        (Double(residentPeakBytes) / 1e6).text(1), "\(missing)", "\(repeated)",
      ],
    ])
    report.figure("slot_drain_rows_per_second", ceiling)
    report.figure("relay_drain_rows_per_second", relay)
    report.figure("relay_drain_to_slot_ratio", relay / ceiling)
    report.figure("relay_drain_cpu_seconds", cpuSeconds)
    report.figure("relay_drain_cpu_per_row_microseconds", cpu)
    report.figure("relay_drain_resident_peak_bytes", Double(residentPeakBytes))
    report.figure("relay_drain_missing_rows", Double(missing))
    report.figure("relay_drain_repeated_rows", Double(repeated))
    if missing > 0 { report.failures.append("\(missing) of \(rows) rows of the backlog are not in the topic") }
  }
}
