import NotificationModel
import TestSupport
import Testing

@testable import Policy

/// What holds for all that is put off.
@Suite struct ReleasePropertyTests {
  @Test(arguments: [UInt64(41), 42, 43])
  func `what waits is not put off for the same reason again`(seed: UInt64) throws {
    var waits: [DeferralReason: Int] = [:]
    try RandomScene.forAll(seed) { scene, _, comment in
      let scene = scene.willing()
      for verdict in try scene.judge().verdicts {
        guard case .wait(let reason, let until) = verdict.outcome else { continue }
        waits[reason, default: 0] += 1
        #expect(until > scene.now, comment)
        var due = scene.released([(verdict.channel, verdict.target)])
        due.now = until
        let again = try due.judge().verdicts.map(\.words)
        #expect(again.count == 1 && !again[0].contains(reason.rawValue), comment)
      }
    }
    #expect(waits[.night, default: 0] > 30 && waits[.scheduled, default: 0] > 30)
  }

  @Test(arguments: [UInt64(51), 52])
  func `a release ends as what it restricts itself to, whatever has changed`(seed: UInt64) throws {
    try RandomScene.forAll(seed) { scene, random, comment in
      let first = try scene.judge()
      let chosen = first.verdicts.filter { _ in Bool.random(using: &random) }
      guard !chosen.isEmpty, first.unresolved.isEmpty else { return }
      var due = scene.released(chosen.map { ($0.channel, $0.target) })
      due.now.milliseconds += Int64.random(in: 0...48, using: &random) * 3_600_000
      for id in Int64(1)...6 where Bool.random(using: &random) {
        due.audience.users[id]?.devices.removeAll { _ in Bool.random(using: &random) }
        due.audience.settings[id] = scene.audience.settings[id % 6 + 1]
      }
      #expect(try Set(due.judge().verdicts.map(\.id)) == Set(chosen.map(\.id)), comment)
      #expect(try due.judge().verdicts.count == chosen.count, comment)
    }
  }

  @Test(arguments: [UInt64(61), 62])
  func `an event that is routed in two parts ends as one that is routed whole`(seed: UInt64) throws {
    try RandomScene.forAll(seed) { scene, random, comment in
      var scene = scene
      var named: Set<Int64> = []
      scene.request.to.removeAll { if case .user(let id) = $0.whom { !named.insert(id).inserted } else { false } }
      let places = try scene.judge().verdicts.map(\.id)
      let part = Set(scene.request.to.indices.filter { _ in Bool.random(using: &random) })
      var parts: [String] = []
      for open in [part, Set(scene.request.to.indices).subtracting(part)] {
        scene.open = open
        parts += try scene.judge().verdicts.map(\.id)
      }
      #expect(parts.sorted() == places.sorted(), comment)
    }
  }
}
