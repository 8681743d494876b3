import Foundation

/// What a router takes while events come at the day's mean rate, once it has everything it keeps: it routes a backlog
/// first, so that what it takes for that is not counted and its caches are full.
struct SteadyRouter {
  static let perSecond = 185
  let site: RouterBenchSite
  let seconds: Int

  struct Result {
    let title: String
    let cpuSeconds: Double
    let memoryAtStart, memoryAtEnd: Int
  }

  private struct Build {
    let title: String
    let router: Child
    let cpuSeconds: Double
    let memory: Int

    init(_ title: String, _ router: Child) {
      (self.title, self.router) = (title, router)
      (cpuSeconds, memory) = (router.state.cpuSeconds, router.state.memoryBytes("VmRSS"))
    }
  }

  /// Of the build that is measured, and of another beside it, which routes the same events for itself.
  func run() throws -> [Result] {
    let builds = [("router", site.setting.bongsu)] + (site.setting.other.map { [("the other build", $0)] } ?? [])
    var routers: [(title: String, child: Child)] = []
    defer { for router in routers { _ = router.child.stop() } }
    let goal = try site.routed() + 2 * site.events() * builds.count
    for (number, build) in builds.enumerated() {
      let group = "steady\(number)"
      routers.append((build.0, try site.startRouter(group: group, build: build.1, redisPrefix: group + ":")))
    }
    try wait(for: goal, routers.map(\.child))
    let producer = try site.producer()
    producer.run(perSecond: Self.perSecond, count: Self.perSecond * 10)
    let before = routers.map { Build($0.title, $0.child) }
    producer.run(perSecond: Self.perSecond, count: Self.perSecond * seconds)
    let after = routers.map { Build($0.title, $0.child) }
    try wait(for: goal + 2 * Self.perSecond * (10 + seconds) * builds.count, routers.map(\.child))
    return zip(before, after).map { before, after in
      Result(
        title: before.title, cpuSeconds: after.cpuSeconds - before.cpuSeconds, memoryAtStart: before.memory,
        memoryAtEnd: after.memory)
    }
  }

  private func wait(for goal: Int, _ routers: [Child]) throws {
    let deadline = ContinuousClock.now + .seconds(300)
    while try site.routed() < goal {
      guard routers.allSatisfy({ $0.isRunning() }) else { throw BenchmarkError("a router ended by itself") }
      guard ContinuousClock.now < deadline else {
        throw BenchmarkError("\(goal - (try site.routed())) deliveries are missing")
      }
      poll(nil, 0, 20)
    }
  }

  func write(_ results: [Result], into report: inout Report) {
    let events = Double(Self.perSecond * seconds)
    let megabytes = { (bytes: Int) in Double(bytes) / 1e6 }
    let growth = { (result: Result) in
      megabytes(result.memoryAtEnd - result.memoryAtStart) * 600 / Double(seconds)
    }
    let percent = { (result: Result) in result.cpuSeconds / Double(seconds) * 100 }
    report.line("At \(Self.perSecond) events/s for \(seconds) s, after a backlog:")
    report.table(
      [["", "% of a core", "CPU µs/event", "MB at the start", "MB at the end", "MB more in 10 min"]]
        + results.map { result in
          [
            result.title, percent(result).text(1), (result.cpuSeconds * 1e6 / events).text(),
            megabytes(result.memoryAtStart).text(1), megabytes(result.memoryAtEnd).text(1), growth(result).text(1),
          ]
        })
    guard let own = results.first else { return }
    report.figure("core_percent_at_185", percent(own))
    report.figure("cpu_us_per_event_at_185", own.cpuSeconds * 1e6 / events)
    report.figure("steady_seconds", Double(seconds))
    report.figure("memory_growth_mb_per_10min", growth(own))
  }
}
