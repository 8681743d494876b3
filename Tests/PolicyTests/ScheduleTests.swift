import NotificationModel
import Policy
import Testing

/// Expiry, delivery at a later time, and what was put off and comes back.
@Suite struct ScheduleTests {
  private func sms(_ category: String = "news", deliverAt: String? = nil, expiresAt: String? = nil) -> Scene {
    var scene = Scene(category, channels: .all([.sms]))
    scene.request.deliverAt = deliverAt.flatMap(Timestamp.init)
    scene.request.expiresAt = expiresAt.flatMap(Timestamp.init)
    return scene
  }

  @Test(
    arguments: [
      ("2026-11-24T12:00:00.001+09:00", "sent"), ("2026-11-24T12:00:00+09:00", "EXPIRED"),
      ("2026-11-24T11:00:00+09:00", "EXPIRED"),
    ])
  func `nothing is sent once it expired`(expiry: String, outcome: String) throws {
    let scene = sms("login", expiresAt: expiry)
    #expect(try scene.outcomes() == ["sms 12 \(outcome)"])
    if outcome == "sent" { #expect(try scene.deliveries[0].sendBefore == time(expiry)) }
  }

  @Test(
    arguments: [
      ("2026-11-24T11:00:00+09:00", "sent"), ("2026-11-24T12:00:00+09:00", "sent"),
      ("2026-11-24T12:00:00.001+09:00", "SCHEDULED 2026-11-24T03:00:00.001Z"),
    ])
  func `what is for later waits`(deliverAt: String, outcome: String) throws {
    #expect(try sms("login", deliverAt: deliverAt).outcomes() == ["sms 12 \(outcome)"])
  }

  @Test func `what people choose until it is due counts`() throws {
    var scene = sms(deliverAt: "2026-11-25T12:00:00+09:00")
    scene.choices.master = false
    #expect(try scene.outcomes() == ["sms 12 SCHEDULED 2026-11-25T03:00:00.000Z"])
    scene.now = time("2026-11-25T12:00:00+09:00")
    #expect(try scene.outcomes() == ["sms 12 OPTED_OUT"])
    scene.choices.master = nil
    #expect(try scene.outcomes() == ["sms 12 sent"])
  }

  @Test func `what is scheduled for the night waits for the morning after`() throws {
    var scene = sms("sale", deliverAt: "2026-11-24T23:00:00+09:00").agreed()
    scene.now = time("2026-11-24T22:00:00+09:00")
    #expect(try scene.outcomes() == ["sms 12 SCHEDULED 2026-11-24T14:00:00.000Z"])
    scene.now = time("2026-11-24T23:00:00+09:00")
    #expect(try scene.outcomes() == ["sms 12 NIGHT 2026-11-24T23:00:00.000Z"])
  }

  @Test func `each who is to wait does, by every channel`() throws {
    var scene = Scene("news", to: [.user(1), .email("a@example.com")])
    scene.request.deliverAt = Timestamp("2026-11-25T03:00:00Z")
    let until = "SCHEDULED 2026-11-25T03:00:00.000Z"
    #expect(
      try scene.outcomes() == [
        "push.ios 13 \(until)", "sms 12 \(until)", "email 11 \(until)", "email r1 \(until)",
      ])
  }

  // MARK: Release

  @Test func `of a release only what was put off is sent`() throws {
    let everyone = Scene("news", to: [.user(1), .email("a@example.com"), .email("b@example.com")])
    #expect(try everyone.outcomes().count == 5)
    let scene = everyone.released([(.sms, "12"), (.email, "r2")])
    #expect(try scene.outcomes() == ["sms 12 sent", "email r2 sent"])
    let ids = try everyone.deliveries.filter { ["12", "r2"].contains($0.target) }.map(\.id)
    #expect(try scene.deliveries.map(\.id) == ids)
  }

  @Test func `what was put off and has no address any more ends`() throws {
    var scene = Scene("news").released([(.pushIOS, "13"), (.sms, "12"), (.email, "11")])
    scene.person.devices = [Scene.device(99, .ios)]
    scene.person.phone = nil
    let judgement = try scene.judge()
    #expect(judgement.outcomes == ["email 11 sent", "push.ios 13 NO_ADDRESS", "sms 12 NO_ADDRESS"])
    #expect(judgement.verdicts.map(\.user) == [1, 1, 1])
  }

  @Test func `a release of deliveries that are all gone ends them by the ids that they had`() throws {
    var scene = Scene("news", channels: .all([.push]))
    let ids = try scene.judge().verdicts.map(\.id)
    scene.person.devices = []
    scene = scene.released([(.pushIOS, "13")])
    #expect(try scene.outcomes() == ["push.ios 13 NO_ADDRESS"])
    #expect(try scene.judge().verdicts.map(\.id) == ids)
  }

  @Test func `a release is judged anew`() throws {
    var scene = Scene("sale").agreed().released([(.pushIOS, "13"), (.sms, "12")])
    scene.choices.categories[UserSettings.Place("sale", .push)] = false
    scene.now = time("2026-11-25T08:00:00+09:00")
    #expect(try scene.outcomes() == ["push.ios 13 OPTED_OUT", "sms 12 sent"])
    scene.choices.advertising = nil
    #expect(try scene.outcomes() == ["push.ios 13 OPTED_OUT", "sms 12 NO_CONSENT"])
  }

  @Test func `a release for somebody unknown ends nothing until they are known`() throws {
    let scene = Scene("news", to: [.user(1), .user(2)]).released([(.sms, "12"), (.sms, "22"), (.sms, "77")])
    let judgement = try scene.judge()
    #expect(judgement.outcomes == ["sms 12 sent"])
    #expect(judgement.unresolved == [1])
  }

  @Test func `the rest of a release that waited for somebody ends what is gone and nothing else`() throws {
    var scene = Scene("news", to: [.user(1), .user(2)]).released([(.sms, "12"), (.sms, "22"), (.sms, "77")])
    scene.audience.users[2] = Scene.person(2)
    scene.open = [1]
    #expect(try scene.outcomes() == ["sms 22 sent", "sms 77 NO_ADDRESS"])
    // Where the others are not at hand, nobody can tell whose 12 and 77 are.
    scene.audience.users[1] = nil
    #expect(try scene.outcomes() == ["sms 22 sent"])
  }
}
