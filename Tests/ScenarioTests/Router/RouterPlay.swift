import Foundation
import LocalServers
import NotificationModel
import TestSupport
import Testing

/// A play of routers: people, events under load, faults, and a verdict by what the topics hold.
final class RouterPlay {
  let name: String
  let seed: UInt64
  let site: RouterSite
  let redis: RedisServer
  let postgres: PostgresServer
  var random: SeededGenerator
  var routers: [DaemonProcess] = []
  private let writer: EventWriter
  private(set) var written: [RouterOracle.Event] = []

  static let people = 200
  /// So many events are written in one go.
  private static let burst = 50

  private init(_ name: String, _ seed: UInt64) throws {
    (self.name, self.seed) = (name, seed)
    random = SeededGenerator(seed: seed)
    let stage = try RoleStage.shared
    (redis, postgres) = (stage.redis, stage.postgres)
    site = try RouterSite(broker: stage.broker, postgres: stage.postgres)
    try site.makePeople(Self.people)
    // Every tenth wants no SMS, every seventh has a device that is signed out.
    try site.database.run(
      """
      INSERT INTO notification.preference (user_id, category, channel, enabled)
      SELECT n, 'service', 'sms', false FROM generate_series(10, \(Self.people), 10) n;
      UPDATE notification.device SET disabled_at = now(), disabled_reason = 'signed out'
      WHERE user_id % 7 = 0 AND platform = 'ios'
      """)
    writer = try EventWriter(site)
  }

  static func play(
    _ name: String, _ seed: UInt64 = 1, location: SourceLocation = #_sourceLocation, _ body: (RouterPlay) throws -> Void
  ) throws {
    let play = try RouterPlay(name, seed)
    defer { for router in play.routers { router.kill() } }
    let start = ContinuousClock.now
    do {
      try body(play)
      try play.settle()
    } catch {
      try? RoleStage.shared.recover()
      Issue.record(error, "\(name), seed \(seed)\n\(play.lastWords)", sourceLocation: location)
      return
    }
    let verdict = try RouterOracle(play.site, play.written).judge()
    let seconds = String(format: "%.1f", (ContinuousClock.now - start) / .seconds(1))
    print(
      "scenario\trouter: \(name)\t\(seed)\t\(verdict.expected)\t\(verdict.missing)\t\(verdict.duplicates)\t-\t\(seconds)"
    )
    #expect(
      verdict.isSound && verdict.expected > 0, "\(name), seed \(seed): \(verdict)\n\(play.lastWords)",
      sourceLocation: location)
  }

  @discardableResult
  func startRouter(_ flags: [String] = [], group: String? = nil) throws -> DaemonProcess {
    var site = site
    site.group = group ?? site.group
    let router = try site.startRouter(redis: redis.address, ["--set", "router.batch.events=100"] + flags)
    routers.append(router)
    try router.waitUntilReady()
    return router
  }

  /// Events for people chosen by chance; each knows its place among those of its person.
  func write(_ count: Int) throws {
    for start in stride(from: 0, to: count, by: Self.burst) {
      var events: [EventWriter.Event] = []
      for _ in start..<min(start + Self.burst, count) {
        let event = RouterOracle.Event(
          id: UUID().uuidString.lowercased(), user: Int.random(in: 1...Self.people, using: &random),
          number: written.count)
        written.append(event)
        events.append(EventWriter.Event(id: event.id, key: "\(event.user)", payload: event.payload))
      }
      try writer.write(events)
    }
  }

  /// Waits until so many of the events written are committed by the group, or all.
  func waitUntilRouted(_ count: Int? = nil) throws {
    try eventually("\(count ?? written.count) events are routed", within: .seconds(120)) {
      try site.committed() >= Int64(count ?? written.count)
    }
  }

  private func settle() throws { try waitUntilRouted() }

  private var lastWords: String { routers.map(\.lastWords).joined(separator: "\n") }
}
