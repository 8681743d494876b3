import Foundation

/// Notifications a second from a committed transaction to the provider's answer, through every role, with PostgreSQL,
/// Redis, the broker and the providers' stand-ins on the same cores.
struct PipelineBenchmark {
  let setting: Setting
  private var users: Int { setting.users ?? (setting.isQuick ? 10_000 : 100_000) }
  private var events: Int { setting.isQuick ? 20_000 : 200_000 }
  private var seconds: Int { setting.isQuick ? 10 : 30 }
  /// 10 M pushes an hour with mails and SMS in proportion.
  private static let peak = 3_403

  func run() throws -> Report {
    var report = Report()
    let site = try PipelineSite(setting, users: users)
    defer { site.stop() }
    try drain(site, &report)
    // A mail's dialogue alone would be a tenth of a second otherwise.
    try site.hurrySimulators()
    try site.start()
    try warmUp(site)
    for rate in [185, 1_000] { try latency(site, perSecond: rate, &report) }
    try peak(site, &report)
    return report
  }

  private func drain(_ site: PipelineSite, _ report: inout Report) throws {
    note("\(events) events")
    try site.load.fill(events)
    note("all roles start")
    let start = ContinuousClock.now
    try site.start()
    let seconds = try waitUntilAnswered(events, site, since: start)
    let rate = Double(events) / seconds
    report.line(
      "\(events) committed events for \(users) users, from the start of all roles to the last answer; providers")
    report.line("take 20 ms for each answer, a mail server for each reply:")
    report.figure("notifications_per_second", rate)
    report.line("\(rate.text()) notifications/s")
    report.line()
    var rows = [["role", "CPU µs/notification", "peak MB"]]
    var cpu = 0.0
    for (name, usage) in site.stopRoles() {
      let share = usage.cpuSeconds * 1e6 / Double(events)
      cpu += share
      rows.append([name, share.text(1), (Double(usage.residentPeakBytes) / 1e6).text(1)])
    }
    rows.append(["all", cpu.text(1), ""])
    report.figure("cpu_us_per_notification", cpu)
    report.table(rows)
  }

  /// Each event of one delivery is told of four times: ROUTED, PENDING, PROCESSING, SUCCESS.
  private func waitUntilAnswered(
    _ count: Int, _ site: PipelineSite, since start: ContinuousClock.Instant
  ) throws -> Double {
    let goal = 4 * count
    while try site.status.recordCount() < goal {
      try site.checkRoles()
      guard ContinuousClock.now < start + .seconds(600) else {
        throw BenchmarkError("\(try site.status.recordCount()) of \(goal) statuses")
      }
      poll(nil, 0, 20)
    }
    return start.duration(to: .now) / .seconds(1)
  }

  /// The first events meet groups that are being joined and providers that are not connected to yet.
  private func warmUp(_ site: PipelineSite) throws {
    let before = try site.status.recordCount()
    try site.load.fill(1_000)
    guard try eventually(by: .now + .seconds(90), { try site.status.recordCount() >= before + 4_000 }) else {
      throw BenchmarkError("the roles do not begin")
    }
  }

  /// What is committed one by one at a steady rate, where providers answer at once.
  private func latency(_ site: PipelineSite, perSecond: Int, _ report: inout Report) throws {
    note("\(perSecond) events/s for \(seconds) s")
    let consumer = try StatusConsumer(site.status, bootstrapServers: setting.bootstrapServers)
    let (services, seconds) = (perSecond >= 500 ? 4 : 1, seconds)
    let expected = perSecond / services * services * seconds
    let (load, before) = (site.load, site.cpuSeconds())
    Thread { load.run(perSecond: perSecond, seconds: seconds, services: services) }.start()
    let deadline = ContinuousClock.now + .seconds(seconds + 60)
    while consumer.answered < expected, ContinuousClock.now < deadline { consumer.receive() }
    guard consumer.answered == expected else { throw BenchmarkError("\(consumer.answered) answers of \(expected)") }
    report.line()
    report.line("\(perSecond) events/s, from the event's writing to each of its states, milliseconds:")
    let series = StatusConsumer.states.map { state in
      (title: state, distribution: Distribution((consumer.milliseconds[state] ?? []).map { $0 * 1_000 }))
    }
    report.table(Distribution.percentileTable(series))
    report.figure("latency_p50_ms_\(perSecond)", series.last!.distribution.percentile(0.5))
    report.figure("latency_p99_ms_\(perSecond)", series.last!.distribution.percentile(0.99))
    let shares = zip(before, site.cpuSeconds()).map { ($0.name, ($1.seconds - $0.seconds) / Double(seconds) * 100) }
    report.line("Percent of a core: " + shares.map { "\($0.0) \($0.1.text(1))" }.joined(separator: ", "))
  }

  /// What part of the day's peak is answered while it lasts.
  private func peak(_ site: PipelineSite, _ report: inout Report) throws {
    note("\(Self.peak) events/s for \(seconds) s")
    let consumer = try StatusConsumer(site.status, bootstrapServers: setting.bootstrapServers)
    let seconds = seconds
    let services = site.load
    let load = Thread { services.run(perSecond: Self.peak, seconds: seconds, services: 8) }
    load.start()
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end { consumer.receive() }
    let share = Double(consumer.answered) / Double(Self.peak * seconds)
    report.line()
    report.line(
      "The day's peak of \(Self.peak) events/s (2,778 pushes, 347 mails, 278 SMS) for \(seconds) s, committed one by "
        + "one: \((share * 100).text()) % answered by its end.")
    report.figure("peak_share_carried_ratio", share)
    while !load.isFinished { poll(nil, 0, 100) }
  }
}
