import NotificationModel
import Policy
import Testing

/// What a person turned off, and who may pass over it.
@Suite struct ChoiceTests {
  /// Choices of user 1 about service news by SMS.
  private func sms(_ master: Bool?, _ channel: Bool?, _ category: Bool?) throws -> String {
    var scene = Scene("news", channels: .all([.sms]))
    scene.choices.master = master
    scene.choices.channels[.sms] = channel
    scene.choices.categories[UserSettings.Place("news", .sms)] = category
    return try scene.outcomes()[0]
  }

  @Test(
    arguments: [
      (nil, nil, nil, "sent"), (nil, nil, false, "OPTED_OUT"), (nil, false, nil, "OPTED_OUT"),
      (nil, false, true, "sent"), (nil, true, false, "OPTED_OUT"), (true, nil, nil, "sent"),
      (true, false, nil, "OPTED_OUT"), (true, nil, false, "OPTED_OUT"), (false, nil, nil, "OPTED_OUT"),
      (false, true, true, "OPTED_OUT"),
    ] as [(Bool?, Bool?, Bool?, String)])
  func `the master switch ends all, else the category's choice counts before the channel's`(
    master: Bool?, channel: Bool?, category: Bool?, outcome: String
  ) throws {
    #expect(try sms(master, channel, category) == "sms 12 \(outcome)")
  }

  @Test func `a choice is for its own category and channel`() throws {
    var scene = Scene("news")
    scene.choices.categories[UserSettings.Place("sale", .push)] = false
    scene.choices.categories[UserSettings.Place("news", .sms)] = false
    scene.choices.channels[.email] = false
    #expect(try scene.outcomes() == ["push.ios 13 sent", "sms 12 OPTED_OUT", "email 11 OPTED_OUT"])
  }

  @Test func `somebody else's choices do not count`() throws {
    var scene = Scene("news", channels: .all([.sms]))
    scene.audience.settings[2] = scene.choices
    scene.audience.settings[2]?.master = false
    #expect(try scene.outcomes() == ["sms 12 sent"])
  }

  @Test(arguments: ["order", "login", "news"])
  func `a category that passes over choices passes over all of them`(category: String) throws {
    var scene = Scene(category, channels: .all([.sms]))
    scene.choices.master = false
    scene.choices.channels[.sms] = false
    scene.choices.categories[UserSettings.Place(category, .sms)] = false
    #expect(try scene.outcomes() == ["sms 12 OPTED_OUT"])
    scene.audience.categories[category]?.bypassesOptOut = true
    #expect(try scene.outcomes() == ["sms 12 sent"])
  }

  @Test(
    arguments: [
      (nil, "NO_CONSENT"), (Scene.consent(false), "NO_CONSENT"), (Scene.consent(false, until: nil), "NO_CONSENT"),
      (Scene.consent(), "sent"), (Scene.consent(until: nil), "sent"),
      (Scene.consent(until: "2026-11-24T12:00:00.001+09:00"), "sent"),
      (Scene.consent(until: "2026-11-24T12:00:00+09:00"), "CONSENT_EXPIRED"),
      (Scene.consent(until: "2020-01-01T00:00:00Z"), "CONSENT_EXPIRED"),
    ] as [(AdvertisingConsent?, String)])
  func `advertising goes to whom agreed to it and agrees still`(consent: AdvertisingConsent?, outcome: String) throws {
    var scene = Scene("sale", channels: .all([.sms, .email]))
    scene.choices.advertising = consent
    #expect(try scene.outcomes() == ["sms 12 \(outcome)", "email 11 \(outcome)"])
  }

  @Test func `a category that passes over choices does not pass over a missing consent`() throws {
    var scene = Scene("sale", channels: .all([.sms]))
    scene.audience.categories["sale"]?.bypassesOptOut = true
    #expect(try scene.outcomes() == ["sms 12 NO_CONSENT"])
  }

  @Test func `a consent to advertising by night alone is none`() throws {
    var scene = Scene("sale", channels: .all([.sms]))
    scene.choices.nightAdvertising = Scene.consent()
    #expect(try scene.outcomes() == ["sms 12 NO_CONSENT"])
  }

  @Test func `who is only an address has chosen nothing, and agreed to no advertising`() throws {
    let whom: [Recipient] = [.email("a@example.com"), .phone("+821099990000")]
    #expect(try Scene("news", to: whom).outcomes() == ["email r0 sent", "sms r1 sent"])
    #expect(try Scene("sale", to: whom).outcomes() == ["email r0 NO_CONSENT", "sms r1 NO_CONSENT"])
  }
}
