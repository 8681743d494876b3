import NotificationModel
import TestSupport
import Testing

@testable import Policy

/// A delivery that is to be tried again is judged by the rules by which it was made.
@Suite("A delivery judged again") struct DeliveryJudgeTests {
  private func again(_ scene: Scene, _ delivery: Delivery) throws -> DeliveryVerdict {
    try Judge(scene.settings, scene.audience, now: scene.now).judge(delivery)
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func `in the same moment every delivery that was made is sent as it is`(seed: UInt64) throws {
    var count = 0
    try RandomScene.forAll(seed, 300) { scene, _, comment in
      for delivery in try scene.judge().deliveries {
        #expect(try again(scene, delivery) == .send(delivery), comment)
        count += 1
      }
    }
    #expect(count > 100)
  }

  /// What was made once is judged again in another world: as that world's event would be.
  @Test(arguments: [UInt64(4), 5])
  func `later it is suppressed, waits or goes as the event would`(seed: UInt64) throws {
    var seen: Set<String> = []
    try RandomScene.forAll(seed, 300) { scene, random, comment in
      let made = try scene.judge().deliveries
      guard !made.isEmpty else { return }
      var later = scene
      later.now = UnixTime(milliseconds: scene.now.milliseconds + Int64.random(in: 0...86_400_000, using: &random))
      if Bool.random(using: &random) { for id in later.audience.users.keys { later.audience.settings[id] = nil } }
      let verdicts = Dictionary(try later.judge().verdicts.map { ($0.id, $0.outcome) }) { one, _ in one }
      for delivery in made {
        guard let outcome = verdicts[delivery.id], outcome != .suppress(.duplicate) else { continue }
        let verdict = try again(later, delivery)
        switch (outcome, verdict) {
        case (.deliver(let fresh, _), .send(let old)):
          #expect(fresh.sendBefore == old.sendBefore && fresh.address == old.address, comment)
          seen.insert("sent")
        case (.suppress(let one), .suppress(let other)):
          #expect(one == other, comment)
          seen.insert(one.rawValue)
        case (.wait(.night, let one), .wait(let other)):
          #expect(one == other, comment)
          seen.insert("night")
        default: Issue.record("\(outcome) and \(verdict): \(comment)")
        }
      }
    }
    #expect(seen.isSuperset(of: ["sent"]), "\(seen)")
  }

  @Test func `a device that is another's now, or no more, is no address; a new token is where it goes`() throws {
    var scene = Scene("order", channels: .all([.push]))
    let delivery = try #require(try scene.deliveries.first)
    var user = try #require(scene.audience.users[1])
    let index = try #require(user.devices.firstIndex { "\($0.id)" == delivery.target })
    user.devices[index].token = "another"
    scene.audience.users[1] = user
    guard case .send(let moved) = try again(scene, delivery) else {
      Issue.record("it is not sent")
      return
    }
    #expect(moved.address.device?.token == "another" && moved.id == delivery.id)
    user.devices[index].disabledAt = scene.now
    scene.audience.users[1] = user
    #expect(try again(scene, delivery) == .suppress(.deviceDisabled))
    user.devices.remove(at: index)
    scene.audience.users[1] = user
    #expect(try again(scene, delivery) == .suppress(.noAddress))
    scene.audience.users[1] = nil
    #expect(try again(scene, delivery) == .suppress(.noAddress))
  }

  @Test func `past the event's expiry it has ended, and a category that is no more is told`() throws {
    var scene = Scene("order", channels: .all([.sms]))
    var delivery = try #require(try scene.deliveries.first)
    delivery.expiresAt = scene.now
    #expect(try again(scene, delivery) == .suppress(.expired))
    delivery.expiresAt = nil
    scene.audience.categories = [:]
    #expect(throws: Rejection.self) { try again(scene, delivery) }
  }
}
