import NotificationModel
import Policy
import Testing

/// Whose hours and whose law.
@Suite struct PlaceAndTimeZoneTests {
  /// Advertising by SMS to somebody whose country keeps the hours by the person's own clock.
  private func american(_ now: String, from: Int = 21 * 60, until: Int = 8 * 60) -> Scene {
    var scene = Scene("sale", channels: .all([.sms])).agreed()
    scene.now = time(now)
    scene.settings.quietHours.append(QuietHours(country: "US", timeZone: nil, from: from, until: until))
    scene.settings.advertising["US"] = AdvertisingText(label: "Ad:", sender: "Bongsu", optOut: [.sms: "Reply STOP"])
    scene.person.locale = "en-US"
    scene.person.timeZone = "America/New_York"
    return scene
  }

  @Test(
    arguments: [
      ("2026-07-01T20:59:59-04:00", nil), ("2026-07-01T21:00:00-04:00", "2026-07-02T08:00:00-04:00"),
      ("2026-12-01T20:59:59-05:00", nil), ("2026-12-01T21:00:00-05:00", "2026-12-02T08:00:00-05:00"),
      // Clocks go from 2 to 3 on 8 March and from 2 back to 1 on 1 November.
      ("2026-03-07T22:00:00-05:00", "2026-03-08T08:00:00-04:00"),
      ("2026-03-08T03:00:00-04:00", "2026-03-08T08:00:00-04:00"),
      ("2026-10-31T22:00:00-04:00", "2026-11-01T08:00:00-05:00"),
      ("2026-11-01T01:30:00-04:00", "2026-11-01T08:00:00-05:00"),
      ("2026-11-01T01:30:00-05:00", "2026-11-01T08:00:00-05:00"),
    ] as [(String, String?)])
  func `a morning comes by the person's own clock, also where that is changed`(now: String, until: String?) throws {
    let outcome = until.map { "NIGHT \(Timestamp(time($0)))" } ?? "sent"
    #expect(try american(now).outcomes() == ["sms 12 \(outcome)"])
  }

  @Test(
    arguments: [
      ("2026-03-08T01:30:00-05:00", 60, "2026-03-08T21:00:00-04:00"),
      ("2026-11-01T00:30:00-04:00", 30, "2026-11-01T21:00:00-05:00"),
    ])
  func `an evening comes by the person's own clock`(now: String, until: Int, evening: String) throws {
    #expect(try american(now, until: until).deliveries[0].sendBefore == time(evening))
  }

  @Test(arguments: ["2026-03-07T22:00:00-05:00", "2026-03-08T01:59:59.999-05:00", "2026-03-08T01:30:00-05:00"])
  func `hours that end at a time that the clock leaves out end when it is changed`(now: String) throws {
    let scene = american(now, until: 2 * 60 + 30)
    #expect(try scene.outcomes() == ["sms 12 NIGHT \(Timestamp(time("2026-03-08T03:00:00-04:00")))"])
  }

  @Test func `hours that begin at a time that the clock leaves out begin when it is changed`() throws {
    let scene = american("2026-03-08T01:45:00-05:00", from: 2 * 60 + 30, until: 60)
    #expect(try scene.deliveries[0].sendBefore == time("2026-03-08T03:00:00-04:00"))
  }

  @Test(
    arguments: [
      // The zone of a country's hours, then the language's region, then home.
      ("Asia/Seoul", "en-US", "(광고)"), ("America/New_York", "en-US", "Ad:"), (nil, "en-US", "Ad:"),
      (nil, "en-Latn-us", "Ad:"), (nil, "ko-KR", "(광고)"), (nil, "en", "(광고)"), (nil, nil, "(광고)"),
      // Of a country without rules nothing is known but home's.
      ("Europe/Paris", "fr-FR", "(광고)"), ("America/New_York", nil, "(광고)"),
    ] as [(String?, String?, String)])
  func `the country follows from time zone, language and home`(zone: String?, locale: String?, label: String) throws {
    // When it is day in Seoul and in New York.
    var scene = american("2026-11-24T23:30:00Z")
    (scene.person.timeZone, scene.person.locale) = (zone, locale)
    let body = try #require(try scene.content(.sms)?.sms?.body)
    #expect(body.hasPrefix(label))
  }

  @Test func `home is what the settings say`() throws {
    var scene = american("2026-11-24T23:30:00Z")
    (scene.person.timeZone, scene.person.locale) = (nil, nil)
    scene.settings.homeCountry = "US"
    #expect(try scene.content(.sms)?.sms?.body.hasPrefix("Ad:") == true)
  }

  @Test func `where the person's clock is not known it is Seoul's`() throws {
    var scene = american("2026-11-24T21:00:00+09:00")
    scene.person.timeZone = nil
    #expect(try scene.outcomes() == ["sms 12 NIGHT 2026-11-24T23:00:00.000Z"])
    scene.person.timeZone = "No/Where"
    #expect(try scene.outcomes() == ["sms 12 NIGHT 2026-11-24T23:00:00.000Z"])
  }
}
