import NotificationModel
import Policy
import Testing

/// Hours in which advertising may not come.
@Suite struct NightTests {
  private func scene(_ now: String, night: AdvertisingConsent? = nil) -> Scene {
    var scene = Scene("sale").agreed()
    scene.now = time(now)
    scene.choices.nightAdvertising = night
    return scene
  }

  private static let morning = "2026-11-24T23:00:00.000Z"

  @Test(
    arguments: [
      ("2026-11-24T20:59:59.999+09:00", nil), ("2026-11-24T21:00:00+09:00", morning),
      ("2026-11-24T23:59:59+09:00", morning), ("2026-11-25T00:00:00+09:00", morning),
      ("2026-11-25T07:59:59.999+09:00", morning), ("2026-11-25T08:00:00+09:00", nil),
    ] as [(String, String?)])
  func `advertising waits from 21 to 8 o'clock in Seoul, except for e-mail`(now: String, until: String?) throws {
    let outcome = until.map { "NIGHT \($0)" } ?? "sent"
    #expect(try scene(now).outcomes() == ["push.ios 13 \(outcome)", "sms 12 \(outcome)", "email 11 sent"])
  }

  @Test(
    arguments: [
      (Scene.consent(), true), (Scene.consent(until: nil), true), (Scene.consent(false), false),
      (Scene.consent(until: "2026-11-24T22:00:00+09:00"), false), (nil, false),
    ] as [(AdvertisingConsent?, Bool)])
  func `who agreed to the night as well is not waited for`(consent: AdvertisingConsent?, isSent: Bool) throws {
    let outcome = isSent ? "sent" : "NIGHT \(Self.morning)"
    let scene = scene("2026-11-24T22:00:00+09:00", night: consent)
    #expect(try scene.outcomes() == ["push.ios 13 \(outcome)", "sms 12 \(outcome)", "email 11 sent"])
  }

  @Test(arguments: ["order", "login", "news"])
  func `the night is for advertising alone`(category: String) throws {
    var scene = Scene(category)
    scene.now = time("2026-11-24T22:00:00+09:00")
    #expect(try scene.outcomes() == ["push.ios 13 sent", "sms 12 sent", "email 11 sent"])
    #expect(try scene.deliveries.allSatisfy { $0.sendBefore == nil })
  }

  @Test(
    arguments: [
      ("2026-11-25T07:59:59+09:00", "EXPIRED"), ("2026-11-25T08:00:00+09:00", "EXPIRED"),
      ("2026-11-25T08:00:00.001+09:00", "NIGHT \(morning)"),
    ])
  func `what expires before the morning does not wait for it`(expiry: String, outcome: String) throws {
    var scene = scene("2026-11-24T22:00:00+09:00")
    scene.request.expiresAt = Timestamp(expiry)
    #expect(try scene.outcomes() == ["push.ios 13 \(outcome)", "sms 12 \(outcome)", "email 11 sent"])
  }

  @Test(
    arguments: [
      (nil, "2026-11-24T12:00:00.000Z", nil),
      ("2026-11-24T15:00:00+09:00", "2026-11-24T06:00:00.000Z", "2026-11-24T06:00:00.000Z"),
      ("2026-11-25T15:00:00+09:00", "2026-11-24T12:00:00.000Z", "2026-11-25T06:00:00.000Z"),
    ] as [(String?, String, String?)])
  func `it is sent before the evening, or before it expires`(expiry: String?, sms: String, email: String?) throws {
    var scene = scene("2026-11-24T12:00:00+09:00")
    scene.request.channels = .all([.sms, .email])
    scene.request.expiresAt = expiry.flatMap(Timestamp.init)
    #expect(try scene.deliveries.map { $0.sendBefore.map { "\(Timestamp($0))" } } == [sms, email])
  }

  @Test func `after the morning it is sent before the next evening`() throws {
    let sent = try scene("2026-11-25T08:00:00+09:00").deliveries
    #expect(sent[0].sendBefore == time("2026-11-25T21:00:00+09:00"))
  }

  @Test func `who agreed to the night may get it until it expires`() throws {
    let sent = try scene("2026-11-24T12:00:00+09:00", night: Scene.consent()).deliveries
    #expect(sent.map(\.sendBefore) == [nil, nil, nil])
  }

  @Test func `hours may begin and end on the same day, exempt other channels, or not be at all`() throws {
    var scene = scene("2026-11-24T12:00:00+09:00")
    scene.settings.quietHours = [
      QuietHours(country: "KR", timeZone: "Asia/Seoul", from: 12 * 60, until: 13 * 60, exempt: [.push])
    ]
    let noon = "NIGHT 2026-11-24T04:00:00.000Z"
    #expect(try scene.outcomes() == ["push.ios 13 sent", "sms 12 \(noon)", "email 11 \(noon)"])
    scene.now = time("2026-11-24T13:00:00+09:00")
    let evening = time("2026-11-25T12:00:00+09:00")
    #expect(try scene.deliveries.map(\.sendBefore) == [nil, evening, evening])
    scene.settings.quietHours = []
    scene.now = time("2026-11-24T22:00:00+09:00")
    #expect(try scene.deliveries.map(\.sendBefore) == [nil, nil, nil])
  }
}
