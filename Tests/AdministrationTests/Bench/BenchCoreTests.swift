import Foundation
import Relay
import TestSupport
import Testing

@testable import Administration

@Suite("bongsu bench: what is computed")
struct BenchCoreTests {
  @Test func `rows are due at a steady rate, and each belongs to one writer`() {
    let schedule = InsertSchedule(rate: 1_000, seconds: 2)
    #expect(schedule.rows == 2_000 && schedule.writers == 8)
    #expect(schedule.due(0) == 0)
    #expect(schedule.due(1_500) == 1_500_000_000)
    let all = (0..<schedule.writers).flatMap { Array(schedule.rows(of: $0)) }
    #expect(all.sorted() == Array(0..<2_000))
    let small = InsertSchedule(rate: 3, seconds: 1)
    #expect(small.writers == 3)
    #expect(small.due(1) == 333_333_333)
  }

  @Test func `percentiles are nearest ranks`() {
    let thousand = LatencyDistribution(microseconds: (1...1_000).shuffled().map { $0 * 1_000 })
    #expect(LatencyDistribution.percentiles.map { thousand.percentile($0.fraction) } == [500, 900, 990, 999, 1_000])
    let one = LatencyDistribution(microseconds: [2_500])
    #expect(one.percentile(0.5) == 2.5 && one.percentile(1) == 2.5)
    #expect(LatencyDistribution(microseconds: []).percentile(0.99) == 0)
  }

  @Test func `a bucket holds its lower bound and not its upper one, and all add up`() {
    let distribution = LatencyDistribution(microseconds: [0, 999, 1_000, 9_999, 10_000, 999_999, 1_000_000, 9_000_000])
    #expect(
      distribution.buckets.map(\.range) == ["0 to 1", "1 to 2", "8 to 10", "10 to 15", "500 to 1000", "1000 and more"])
    #expect(distribution.buckets.map(\.count) == [2, 1, 1, 1, 1, 2])
  }

  @Test func `the stamp is found in a payload as PostgreSQL prints it`() {
    func stamp(_ text: String) -> Int64? { BenchPayload.stamp(in: Array(text.utf8)) }
    #expect(stamp(#"{"data": {"a": "b"}, "sentAtMicroseconds": 1234567}"#) == 1_234_567)
    #expect(stamp(#"{"sentAtMicroseconds":9,"x":10}"#) == 9)
    #expect(stamp(#"{"sentAtMicroseconds": "9"}"#) == nil)
    #expect(stamp(#"{"data": {}}"#) == nil)
    #expect(stamp("") == nil)
  }

  @Test func `all that is made has one name, which every server takes`() throws {
    var random = SeededGenerator(seed: 7)
    let name = BenchName(using: &random)
    #expect(name.description.wholeMatch(of: /bongsu_bench_[a-z0-9]{8}/) != nil)
    #expect(name != BenchName(using: &random))
    for part in [
      "DROP SCHEMA IF EXISTS \(name) CASCADE", "DROP PUBLICATION", "slot_name = '\(name)'", "--topic \(name)",
    ] {
      #expect(name.advice.contains(part))
    }
  }

  @Test func `the peak of resident memory is read from what the kernel tells`() {
    #expect(ProcessUsage.residentPeakBytes(status: "Name:\tx\nVmHWM:\t   61234 kB\nVmRSS:\t 1 kB\n") == 62_703_616)
    #expect(ProcessUsage.residentPeakBytes(status: "Name:\tx\n") == nil)
  }

  @Test func `the doctor's failures count, but not about what is still to be made`() {
    let found = ["wal_level", "publication", "slot missing", "topic", "write"].map {
      Finding.failure($0, $0, "mend it")
    }
    let report = DoctorReport([DoctorReport.Section("PostgreSQL", found + [.warning("clock", "late", "mend it")])])
    #expect(RelayBench.failures(report).map(\.check) == ["wal_level", "write"])
  }
}

@Suite("bongsu bench: the report")
struct BenchReportTests {
  private func drain(records: Int) -> DrainResult {
    DrainResult(
      rows: 1_000, ceilingSeconds: 0.5, seconds: 1, cpuSeconds: 0.25, residentPeakBytes: 40_000_000, records: records)
  }

  @Test func `a drain's figures`() throws {
    var report = BenchReport()
    drain(records: 1_000).write(into: &report)
    #expect(report.failures.isEmpty)
    #expect(report.figures["slot_drain_rows_per_second"] == 2_000)
    #expect(report.figures["relay_drain_rows_per_second"] == 1_000)
    #expect(report.figures["relay_drain_to_slot_ratio"] == 0.5)
    #expect(report.figures["relay_drain_cpu_per_row_microseconds"] == 250)
    #expect(report.figures["relay_drain_resident_peak_bytes"] == 40_000_000)
    let object = try JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: [String: Double]]
    #expect(object?["figures"] == report.figures)
  }

  @Test func `missing rows are a failure, repeated ones a figure`() {
    var report = BenchReport()
    drain(records: 997).write(into: &report)
    #expect(report.failures == ["3 of 1000 rows of the backlog are not in the topic"])
    #expect(report.figures["relay_drain_missing_rows"] == 3)
    var second = BenchReport()
    drain(records: 1_002).write(into: &second)
    #expect(second.failures.isEmpty)
    #expect(second.figures["relay_drain_repeated_rows"] == 2)
  }

  @Test(arguments: [(inserted: 10, consumed: 10, failures: 0), (10, 9, 1)])
  func `latencies, and rows that nobody consumed`(inserted: Int, consumed: Int, failures: Int) {
    var report = BenchReport()
    LatencyResult(
      schedule: InsertSchedule(rate: 10, seconds: 1), seconds: 1,
      consumed: LatencyDistribution(microseconds: Array(repeating: 4_000, count: consumed)),
      inserted: LatencyDistribution(microseconds: Array(repeating: 1_000, count: inserted))
    ).write(into: &report)
    #expect(report.failures.count == failures)
    #expect(report.figures["relay_latency_p99_milliseconds"] == 4)
    #expect(report.figures["insert_latency_p50_milliseconds"] == 1)
    #expect(report.figures["relay_latency_missing_rows"] == Double(inserted - consumed))
    #expect(!report.text.contains("at its limit"))
  }

  @Test func `a database that does not take the rate is told`() {
    var report = BenchReport()
    let latencies = LatencyDistribution(microseconds: Array(repeating: 1_000, count: 10))
    LatencyResult(
      schedule: InsertSchedule(rate: 10, seconds: 1), seconds: 2, consumed: latencies, inserted: latencies
    ).write(into: &report)
    #expect(report.failures.isEmpty)
    #expect(report.text.contains("took 5 rows a second of the 10 wanted"))
  }
}
