import Foundation

/// Events a second through `bongsu router`, each to two deliveries, three statuses and two people's settings read, with
/// PostgreSQL, Redis and the broker on the same cores; beside a loop that only reads and writes.
struct RouterBenchmark {
  let setting: Setting
  private var users: Int { setting.users ?? (setting.isQuick ? 20_000 : 100_000) }
  private var events: Int { setting.isQuick ? 40_000 : 200_000 }
  private var seconds: Int { setting.isQuick ? 10 : 30 }

  private struct Drain {
    var seconds: Double
    var cpu: Double
    var peak: Double
  }

  func run() throws -> Report {
    var report = Report()
    let site = try RouterBenchSite(setting, users: users)
    defer { site.stop() }
    note("\(events) events")
    try site.producer().fill(events)
    if setting.minutes == nil { try drainAndHurry(site, &report) }
    let steady = SteadyRouter(site: site, seconds: setting.minutes.map { $0 * 60 } ?? (setting.isQuick ? 20 : 60))
    note("\(SteadyRouter.perSecond) events/s for \(steady.seconds) s, after the backlog")
    steady.write(try steady.run(), into: &report)
    return report
  }

  private func drainAndHurry(_ site: RouterBenchSite, _ report: inout Report) throws {
    note("the bare loop")
    let bare = try site.bare(events)
    note("cold: Redis and the router know nobody")
    let cold = try drain(site, group: "cold")
    note("warm: Redis knows them, the router is new")
    let warm = try drain(site, group: "warm")
    note("1,000 events/s for \(seconds) s")
    let latency = try site.latency(perSecond: 1_000, seconds: seconds)
    write(bare, cold, warm, into: &report)
    write(latency, into: &report)
  }

  private func drain(_ site: RouterBenchSite, group: String) throws -> Drain {
    let router = try site.startRouter(group: group)
    let start = ContinuousClock.now
    let before = try site.routed()
    while try site.routed() < before + 2 * events {
      guard router.isRunning() else { throw BenchmarkError("the router ended with status \(router.wait().status)") }
      guard ContinuousClock.now < start + .seconds(300) else {
        throw BenchmarkError("\(try site.routed() - before) of \(2 * events) deliveries")
      }
      poll(nil, 0, 20)
    }
    let seconds = start.duration(to: .now) / .seconds(1)
    let usage = router.stop()
    return Drain(
      seconds: seconds, cpu: usage.cpuSeconds * 1e6 / Double(events), peak: Double(usage.residentPeakBytes) / 1e6)
  }

  private func write(_ bare: Double, _ cold: Drain, _ warm: Drain, into report: inout Report) {
    report.line("\(events) events for \(users) users, each to an SMS and a mail; from the router's start on:")
    let rate = { Double(events) / $0 }
    report.table([
      ["", "events/s", "of the bare loop", "CPU µs/event", "peak MB"],
      ["bare loop", rate(bare).text(), "1.00", "", ""],
      ["router, cold", rate(cold.seconds).text(), (bare / cold.seconds).text(2), cold.cpu.text(1), cold.peak.text(1)],
      ["router, warm", rate(warm.seconds).text(), (bare / warm.seconds).text(2), warm.cpu.text(1), warm.peak.text(1)],
    ])
    report.figure("bare_loop_events_per_second", rate(bare))
    report.figure("events_per_second_cold", rate(cold.seconds))
    report.figure("events_per_second_warm", rate(warm.seconds))
    report.figure("warm_of_bare_loop_ratio", bare / warm.seconds)
    report.figure("cpu_microseconds_per_event", warm.cpu)
    report.figure("memory_mb", max(warm.peak, cold.peak))
  }

  private func write(_ latency: Distribution, into report: inout Report) {
    report.line()
    report.line("Event written to delivery read at 1,000 events/s, milliseconds (whole ones):")
    report.table(Distribution.percentileTable([("router", latency)]))
    latency.write(figures: "latency", into: &report)
    report.figure("latency_p99_ms", latency.percentile(0.99))
    report.line()
  }
}
