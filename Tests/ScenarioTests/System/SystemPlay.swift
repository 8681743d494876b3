import Foundation
import LocalServers
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

  init(seed: UInt64) throws {
    self.seed = seed
    random = SeededGenerator(seed: seed)
    site = try SystemSite()
    cast = try SystemCast(site.roles)
  }

  func start() throws {
    try cast.waitUntilReady()
    site.providers.misbehave(seed: seed)
  }

  /// Orders, and a fault every two seconds while they come.
  func run(events: Int, perSecond: Int) throws {
    let load = SystemLoad(try site.database.settings, events: events, perSecond: perSecond)
    defer { load.stop() }
    while !load.isOver {
      pass(Self.rest)
      try fault()
    }
  }

  private func fault() throws {
    let index = Int.random(in: 0..<cast.count + Self.servers.count, using: &random)
    let isKill = Bool.random(using: &random)
    guard index >= cast.count else {
      if isKill { return try cast.kill(index) }
      cast.pause(index)
      pass(Soak.pause)
      return cast.resume(index)
    }
    let server = Self.servers[index - cast.count]
    cast.count("\(isKill ? "kill" : "pause") \(server)")
    if isKill { try kill(server) } else { pause(server) }
  }

  private func kill(_ server: String) throws {
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

  private func pause(_ server: String) {
    switch server {
    case "PostgreSQL": site.postgres.pause()
    case "Redis": site.redis.pause()
    default: site.broker.pause()
    }
    pass(Soak.pause)
    site.postgres.resume()
    site.redis.resume()
    site.broker.resume()
  }

  func verdict() throws -> SystemOracle.Verdict {
    SystemOracle(
      committed: try site.committed(), arrivals: site.providers.arrivals, parked: try site.parked()
    ).judge()
  }

  /// Waits until each order has arrived, or lies parked, wherever it has to.
  func settle(within limit: Duration) throws {
    let committed = try site.committed()
    try eventually("everything arrives or is parked", within: limit) {
      let judged = SystemOracle(committed: committed, arrivals: site.providers.arrivals, parked: []).judge()
      return try judged.missing.isEmpty || verdict().missing.isEmpty
    }
  }

  func end() {
    cast.end()
    site.end()
  }
}
