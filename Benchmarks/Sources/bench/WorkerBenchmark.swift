import Foundation

/// Pushes a second through one `bongsu worker` to a stand-in for APNs, with Redis, the broker and the stand-in on the same
/// cores; beside h2load, that sends as many requests to the same stand-in and does nothing else.
struct WorkerBenchmark {
  let setting: Setting
  private static let latencies = [0, 20, 150]
  private var pushes: Int { setting.isQuick ? 20_000 : 100_000 }

  private struct Drain {
    var seconds: Double
    var cpu: Double
    var peak: Double
  }

  func run() throws -> Report {
    var report = Report()
    let site = try WorkerBenchSite(setting)
    defer { site.stop() }
    var rows = [["latency", "pushes/s", "of h2load", "CPU µs/push", "peak MB", "h2load requests/s"]]
    for latency in Self.latencies {
      note("\(pushes) pushes at \(latency) ms")
      let drain = try drain(site, latency: latency)
      let bare = try site.h2load(pushes)
      let rate = Double(pushes) / drain.seconds
      rows.append([
        "\(latency) ms", rate.text(), (rate / bare).text(2), drain.cpu.text(1), drain.peak.text(1), bare.text(),
      ])
      report.figure("pushes_per_second_\(latency)ms", rate)
      report.figure("h2load_requests_per_second_\(latency)ms", bare)
      if latency == 20 {
        report.figure("cpu_us_per_push", drain.cpu)
        report.figure("memory_mb", drain.peak)
      }
    }
    report.line("\(pushes) pushes, 1,000 in flight on at most 4 connections; from the worker's start on:")
    report.table(rows)
    return report
  }

  private func drain(_ site: WorkerBenchSite, latency: Int) throws -> Drain {
    let topics = try site.topics(latency)
    try site.fill(topics, pushes)
    try site.startSimulator(latency: latency)
    let worker = try site.startWorker(topics)
    let start = ContinuousClock.now
    // A PROCESSING and a SUCCESS each.
    while try topics.status.recordCount() < 2 * pushes {
      guard worker.isRunning() else { throw BenchmarkError("the worker ended with status \(worker.wait().status)") }
      guard ContinuousClock.now < start + .seconds(300) else {
        throw BenchmarkError("\(try topics.status.recordCount()) of \(2 * pushes) statuses")
      }
      poll(nil, 0, 20)
    }
    let seconds = start.duration(to: .now) / .seconds(1)
    let usage = worker.stop()
    return Drain(
      seconds: seconds, cpu: usage.cpuSeconds * 1e6 / Double(pushes), peak: Double(usage.residentPeakBytes) / 1e6)
  }
}
