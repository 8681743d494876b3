import Foundation

/// What one `bongsu worker` sends in a second, with Redis, the broker and the stand-ins on the same cores: pushes beside
/// h2load, that sends as many requests to the same stand-in and does nothing else, and mails; and what a provider that
/// stands still costs the other channels.
struct WorkerBenchmark {
  let setting: Setting
  private static let latencies = [0, 20, 150]
  private static let mailConnections = 50
  private var pushes: Int { setting.isQuick ? 20_000 : 100_000 }
  private var mails: Int { setting.isQuick ? 3_000 : 10_000 }

  private struct Drain {
    var rate: Double
    var cpu: Double
    var peak: Double
    /// Redis' own time for the claims of a delivery, in microseconds.
    var claim: Double
  }

  func run() throws -> Report {
    var report = Report()
    let site = try WorkerBenchSite(setting)
    defer { site.stop() }
    try pushes(site, &report)
    try mails(site, &report)
    try IsolationBenchmark(setting: setting, site: site).run(&report)
    return report
  }

  private func pushes(_ site: WorkerBenchSite, _ report: inout Report) throws {
    var rows = [["latency", "pushes/s", "of h2load", "CPU µs/push", "peak MB", "claim µs", "h2load requests/s"]]
    for latency in Self.latencies {
      note("\(pushes) pushes at \(latency) ms")
      try site.startSimulator(latency: latency)
      let drain = try drain(site, .pushIOS, pushes, name: "push\(latency)")
      let bare = try site.h2load(pushes)
      rows.append([
        "\(latency) ms", drain.rate.text(), (drain.rate / bare).text(2), drain.cpu.text(1), drain.peak.text(1),
        drain.claim.text(1), bare.text(),
      ])
      report.figure("pushes_per_second_\(latency)ms", drain.rate)
      report.figure("h2load_requests_per_second_\(latency)ms", bare)
      if latency == 20 {
        report.figure("cpu_us_per_push", drain.cpu)
        report.figure("memory_mb", drain.peak)
        report.figure("claim_us_per_delivery", drain.claim)
      }
    }
    report.line("\(pushes) pushes, 1,000 in flight on at most 4 connections; from the worker's start on:")
    report.table(rows)
  }

  private func mails(_ site: WorkerBenchSite, _ report: inout Report) throws {
    note("\(mails) mails")
    try site.startSimulator(latency: 20)
    let drain = try drain(
      site, .email, mails, name: "mail", ["email.smtp.connections=\(Self.mailConnections)"])
    report.line("\(mails) mails over \(Self.mailConnections) connections, each reply of the server after 20 ms:")
    report.table([
      ["mails/s", "CPU µs/mail", "peak MB"], [drain.rate.text(), drain.cpu.text(1), drain.peak.text(1)],
    ])
    report.figure("mails_per_second", drain.rate)
    report.figure("cpu_us_per_mail", drain.cpu)
  }

  private func drain(
    _ site: WorkerBenchSite, _ kind: DeliveryKind, _ count: Int, name: String, _ more: [String] = []
  ) throws -> Drain {
    let topics = try site.topics(name, [kind])
    try site.producer(topics, kind).fill(count)
    let claimedBefore = try site.scriptMicroseconds()
    let worker = try site.startWorker(topics, kind, more)
    let start = ContinuousClock.now
    // A PROCESSING and a SUCCESS each.
    while try topics.status.recordCount() < 2 * count {
      guard worker.isRunning() else { throw BenchmarkError("the worker ended with status \(worker.wait().status)") }
      guard ContinuousClock.now < start + .seconds(300) else {
        throw BenchmarkError("\(try topics.status.recordCount()) of \(2 * count) statuses")
      }
      poll(nil, 0, 20)
    }
    let seconds = start.duration(to: .now) / .seconds(1)
    let usage = worker.stop()
    return Drain(
      rate: Double(count) / seconds, cpu: usage.cpuSeconds * 1e6 / Double(count),
      peak: Double(usage.residentPeakBytes) / 1e6,
      claim: (try site.scriptMicroseconds() - claimedBefore) / Double(count))
  }
}
