import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

/// A play of the whole system: orders under load, a fault every two seconds anywhere, and a verdict.
final class SystemPlay {
  let seed: UInt64
  let site: SystemSite
  let cast: SystemCast
  private var random: SeededGenerator

  private static let servers = ["PostgreSQL", "Redis", "broker"]
  private static let rest = Duration.seconds(2)
  /// How many rests a pause may last: groups give up a member that is silent for some of them.
  private static let pauseMax = Soak.choose(2, soak: 8)

  private var round = 0
  /// What stands still, and the round that ends it.
  private var pauses: [(end: Int, resume: () -> Void)] = []

  init(seed: UInt64, broker: (any LocalBroker)? = nil) throws {
    self.seed = seed
    random = SeededGenerator(seed: seed)
    site = try SystemSite(broker: broker)
    cast = try SystemCast(site.roles)
  }

  /// Plays and judges.
  static func play(
    _ name: String, _ make: @autoclosure () throws -> SystemPlay, location: SourceLocation = #_sourceLocation,
    _ act: (SystemPlay) throws -> Void
  ) throws {
    let play = try make()
    defer { play.end() }
    let start = ContinuousClock.now
    do {
      try play.start()
      try act(play)
      try play.settle(within: Soak.choose(.seconds(180), soak: .seconds(1_200)))
      try play.checkLog()
      try play.checkLag()
    } catch {
      try? play.site.recover()
      let verdict = (try? play.verdict().description) ?? "none"
      Issue.record(error, "\(name), seed \(play.seed): \(verdict)\n\(play.account)", sourceLocation: location)
      return
    }
    let verdict = try play.verdict()
    let isExplained = isExplained(verdict, faults: play.cast.hits.values.reduce(0, +))
    let seconds = String(format: "%.1f", (ContinuousClock.now - start) / .seconds(1))
    let counts = "\(verdict.expected)\t\(verdict.missing.count)\t\(verdict.duplicates)"
    print("scenario\t\(name)\t\(play.seed)\t\(counts)\t-\t\(seconds)")
    print("\(name), seed \(play.seed): \(verdict)\n\(play.cast.hits.sorted { $0.key < $1.key })")
    #expect(
      verdict.isSound && isExplained, "\(name), seed \(play.seed): \(verdict)\n\(play.account)",
      sourceLocation: location)
  }

  /// What came twice is explained: one in a hundred is taken and never answered, and each fault may end a worker between a
  /// provider's answer and its record. Without faults nothing comes twice.
  private static func isExplained(_ verdict: SystemOracle.Verdict, faults: Int) -> Bool {
    let unanswered = verdict.duplicates - verdict.unexplained
    return verdict.unexplained <= 20 * faults && unanswered <= (faults > 0 ? verdict.expected * 3 / 100 : 0)
  }

  private var account: String { "faults \(cast.hits)\n\(cast.lastWords)" }

  private func start() throws {
    try cast.waitUntilReady()
  }

  /// Orders, and a fault every two seconds while they come; providers fail now and then.
  func runWithFaults(events: Int, perSecond: Int) throws {
    site.providers.misbehave(seed: seed)
    let load = SystemLoad(try site.database.settings, events: events, perSecond: perSecond)
    defer { load.stop() }
    defer { resume(allBefore: .max) }
    while !load.isOver {
      pass(Self.rest)
      round += 1
      resume(allBefore: round)
      try fault()
    }
  }

  /// Orders as fast as PostgreSQL takes them, and no faults.
  func flood(events: Int) throws {
    let load = SystemLoad(try site.database.settings, events: events, perSecond: 1_000_000)
    defer { load.stop() }
    try eventually("all orders are committed", within: .seconds(120)) { load.isOver }
  }

  private func fault() throws {
    let index = Int.random(in: 0..<cast.count + Self.servers.count, using: &random)
    let isKill = Bool.random(using: &random)
    let end = round + Int.random(in: 1...Self.pauseMax, using: &random)
    guard index >= cast.count else {
      if isKill { return try cast.kill(index) }
      cast.pause(index)
      return pauses.append((end, { self.cast.resume(index) }))
    }
    let server = Self.servers[index - cast.count]
    cast.count("\(isKill ? "kill" : "pause") \(server)")
    if isKill { try kill(server) } else { pause(server, until: end) }
  }

  private func resume(allBefore round: Int) {
    for pause in pauses where pause.end <= round { pause.resume() }
    pauses.removeAll { $0.end <= round }
  }

  private func kill(_ server: String) throws {
    resume(server)
    switch server {
    case "PostgreSQL":
      try site.postgres.stop(.immediate)
      try site.postgres.start()
    case "Redis":
      site.redis.kill()
      try site.redis.start()
    default:
      try site.broker.stop(kill: true)
      try site.broker.start()
    }
  }

  private func pause(_ server: String, until end: Int) {
    switch server {
    case "PostgreSQL": site.postgres.pause()
    case "Redis": site.redis.pause()
    default: site.broker.pause()
    }
    pauses.append((end, { self.resume(server) }))
  }

  private func resume(_ server: String) {
    switch server {
    case "PostgreSQL": site.postgres.resume()
    case "Redis": site.redis.resume()
    default: site.broker.resume()
    }
  }

  private func verdict() throws -> SystemOracle.Verdict {
    SystemOracle(
      committed: try site.committed(), arrivals: site.providers.arrivals, parked: try site.parked()
    ).judge()
  }

  /// What the log and `bongsu audit` say at the end, which is to be what the oracle says.
  private func checkLog() throws {
    let open = """
      SELECT count(*) FROM notification.delivery WHERE state IN ('PENDING', 'PROCESSING', 'RETRYING', 'DEFERRED')
      """
    try eventually("the log has an end of every delivery", within: .seconds(60)) {
      try site.database.scalar(open) == "0"
    }
    let states = try site.database.connect().execute("SELECT state FROM notification.delivery").column
    let counts = Dictionary(grouping: states, by: \.self).mapValues(\.count)
    print("system, seed \(seed): the log: \(counts.sorted { $0.key < $1.key })")
    // A place of the fixture is a delivery, but for iOS devices that are signed out and unwanted SMS, which are suppressed.
    #expect(states.count == 4 * (try site.committed().count))
    try eventually("bongsu audit finds nothing missing", within: .seconds(60)) {
      let (exit, lines) = try BongsuProcess.run(["audit", "--config", site.file, "--since", "1h", "--until", "0s"])
      guard exit.isSuccess else { throw NeverHappened(description: lines.joined(separator: "\n")) }
      return true
    }
  }

  /// Without help, nothing waits any more: neither in a topic nor in PostgreSQL's log.
  private func checkLag() throws {
    let lag = SystemLag(site.broker, site.database)
    try eventually("nothing waits in the topics", within: .seconds(60)) {
      let waiting = try lag.waiting()
      guard waiting.isEmpty else { throw NeverHappened(description: "\(waiting)") }
      return true
    }
    let end = try lag.end()
    try eventually("the slot has come to \(end)", within: .seconds(60)) { try lag.isConfirmed(end) }
  }

  /// Waits until each order has arrived, or lies parked, wherever it has to.
  func settle(within limit: Duration) throws {
    let committed = try site.committed()
    try eventually("everything arrives or is parked", within: limit) {
      let judged = SystemOracle(committed: committed, arrivals: site.providers.arrivals, parked: []).judge()
      return try judged.missing.isEmpty || verdict().missing.isEmpty
    }
  }

  private func end() {
    cast.end()
    site.end()
  }
}
