import NotificationModel
import TestSupport
import Testing

@testable import Policy

/// What holds for all events, people and moments.
@Suite struct PropertyTests {
  @Test(arguments: [UInt64(1), 2, 3, 4])
  func `every recipient ends once for each channel and target, and as the rules say`(seed: UInt64) throws {
    var seen: Set<String> = []
    try RandomScene.forAll(seed, 300) { scene, _, comment in
      let judgement = try scene.judge()
      let words = judgement.verdicts.map { ($0.place, String($0.outcome.words.prefix { $0 != " " })) }
      let byPlace = Dictionary(words) { "\($0) and \($1)" }
      #expect(byPlace == PolicyOracle.outcomes(scene), comment)
      let unknown = scene.request.to.indices.filter {
        if case .user(let id) = scene.request.to[$0].whom { id > 6 } else { false }
      }
      #expect(judgement.unresolved == unknown, comment)
      seen.formUnion(byPlace.values)
    }
    // Else the cases were too tame.
    let settled: Set = ["RATE_LIMITED", "RATE_UNKNOWN"]
    #expect(seen.union(settled) == Set(SuppressionReason.allCases.map(\.rawValue) + ["sent", "NIGHT", "SCHEDULED"]))
  }

  @Test(arguments: [UInt64(11), 12])
  func `ids differ within an event, and judging twice gives the same`(seed: UInt64) throws {
    try RandomScene.forAll(seed) { scene, _, comment in
      let judgement = try scene.judge()
      #expect(Set(judgement.verdicts.map(\.id)).count == judgement.verdicts.count, comment)
      #expect(try scene.judge() == judgement, comment)
      for delivery in judgement.deliveries {
        #expect(judgement.verdicts.contains { $0.id == delivery.id && $0.target == delivery.target }, comment)
      }
    }
  }

  @Test(arguments: [UInt64(21), 22])
  func `the order of recipients changes no user's ids`(seed: UInt64) throws {
    try RandomScene.forAll(seed) { scene, random, comment in
      var other = scene
      other.request.to.shuffle(using: &random)
      let (one, two) = try (scene.judge(), other.judge())
      #expect(
        Set(one.verdicts.filter { $0.user != nil }.map(\.id)) == Set(two.verdicts.filter { $0.user != nil }.map(\.id)),
        comment)
      #expect(one.verdicts.count == two.verdicts.count, comment)
      #expect(one.unresolved.count == two.unresolved.count, comment)
    }
  }

  @Test(arguments: [UInt64(31), 32, 33])
  func `advertising comes to nobody's phone by night who did not agree to it`(seed: UInt64) throws {
    var checked = 0
    try RandomScene.forAll(seed) { scene, _, comment in
      let scene = scene.willing()
      for delivery in try scene.judge().deliveries where delivery.channel != .email {
        let user = try #require(delivery.user.flatMap { scene.audience.users[$0] }, comment)
        guard !scene.isGiven(scene.audience.settings[user.id]?.nightAdvertising) else { continue }
        let clock = PlainClock(user)
        #expect(!clock.isNight(scene.now), comment)
        let evening = clock.next(21, after: scene.now)
        #expect(delivery.sendBefore == min(evening, scene.request.expiresAt?.time ?? evening), comment)
        checked += 1
      }
    }
    #expect(checked > 30)
  }
}
