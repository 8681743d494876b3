import NotificationModel
import Policy
import Testing

/// Addresses that nothing goes to, whatever it is.
@Suite struct ObstacleTests {
  @Test(
    arguments: [
      (nil, "SUPPRESSED_ADDRESS"), ("2026-11-24T12:00:00.001+09:00", "SUPPRESSED_ADDRESS"),
      ("2026-11-24T12:00:00+09:00", "sent"), ("2020-01-01T00:00:00Z", "sent"),
    ] as [(String?, String)])
  func `the suppression list counts for good or until its moment`(until: String?, outcome: String) throws {
    var scene = Scene("login")
    let entry = AddressSuppression(reason: "bounce", until: until.map(time))
    let listed: [SuppressibleAddress] = [.device(13), .phone("+821012340001"), .email("U1@Example.com")]
    for address in listed { scene.audience.suppressions[address] = entry }
    // Also what passes over every choice does not pass over it.
    scene.audience.categories["login"]?.bypassesOptOut = true
    #expect(try scene.outcomes() == ["push.ios 13 \(outcome)", "sms 12 \(outcome)", "email 11 \(outcome)"])
  }

  @Test func `an address that an event brings along may be on the suppression list too`() throws {
    var scene = Scene("order", to: [.email("Gone@example.com"), .email("here@example.com")])
    scene.audience.suppressions[.email("gone@example.com")] = AddressSuppression(reason: "complaint")
    #expect(try scene.outcomes() == ["email r0 SUPPRESSED_ADDRESS", "email r1 sent"])
  }

  @Test func `a listed address does not stop the person's others`() throws {
    var scene = Scene("news")
    scene.person.devices.append(Scene.device(14, .android))
    scene.audience.suppressions[.device(14)] = AddressSuppression(reason: "dead")
    // A number as a device's id is no phone's, nor a contact's.
    scene.audience.suppressions[.device(12)] = AddressSuppression(reason: "dead")
    #expect(
      try scene.outcomes() == [
        "push.ios 13 sent", "push.android 14 SUPPRESSED_ADDRESS", "sms 12 sent", "email 11 sent",
      ])
  }

  @Test func `a disabled device gets nothing, and the others do`() throws {
    var scene = Scene("login", channels: .all([.push]))
    scene.person.devices.append(Scene.device(14, .android))
    scene.person.devices[0].disabledAt = time("2026-11-01T00:00:00Z")
    #expect(try scene.outcomes() == ["push.ios 13 DEVICE_DISABLED", "push.android 14 sent"])
  }

  @Test func `only what the settings say needs a proved address, by default advertising`() throws {
    for (category, outcome) in [("order", "sent"), ("news", "sent"), ("sale", "UNVERIFIED")] {
      var scene = Scene(category).agreed()
      scene.person.email.verifiedAt = nil
      scene.person.phone?.verifiedAt = nil
      #expect(try scene.outcomes() == ["push.ios 13 sent", "sms 12 \(outcome)", "email 11 \(outcome)"])
    }
    var strict = Scene("news", channels: .all([.sms]))
    strict.settings.verifiedOnly = [.service]
    #expect(try strict.outcomes() == ["sms 12 sent"])
    strict.person.phone?.verifiedAt = nil
    #expect(try strict.outcomes() == ["sms 12 UNVERIFIED"])
  }

  @Test func `of several reasons the address's comes before the person's`() throws {
    var scene = Scene("sale", channels: .all([.push, .sms, .email]))
    scene.choices.master = false
    scene.person.devices[0].disabledAt = scene.now
    scene.audience.suppressions[.device(13)] = AddressSuppression(reason: "dead")
    scene.audience.suppressions[.phone("+821012340001")] = AddressSuppression(reason: "stop")
    scene.person.phone?.verifiedAt = nil
    #expect(
      try scene.outcomes() == ["push.ios 13 DEVICE_DISABLED", "sms 12 SUPPRESSED_ADDRESS", "email 11 OPTED_OUT"])
  }
}
