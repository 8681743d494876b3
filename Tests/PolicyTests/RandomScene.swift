import NotificationModel
import Policy
import TestSupport
import Testing

/// Random events, people and moments in which every rule is met often.
struct RandomScene {
  private var random: SeededGenerator
  /// With the templates parsed once for all.
  private var scene = Self.plain
  private static let plain = Scene()
  private var hour: Int64 { 3_600_000 }

  private init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  static func make(seed: UInt64) -> Scene {
    var maker = RandomScene(seed: seed)
    return maker.make()
  }

  /// Some cases from a seed, each of which can be made again alone from its own.
  static func forAll(
    _ seed: UInt64, _ count: UInt64 = 150, _ body: (Scene, inout SeededGenerator, Comment) throws -> Void
  ) rethrows {
    for step in 0..<count {
      let own = seed << 32 | step
      var random = SeededGenerator(seed: ~own)
      try body(make(seed: own), &random, "seed \(own)")
    }
  }

  private mutating func make() -> Scene {
    let year = time("2026-01-01T00:00:00Z").milliseconds
    scene.now = UnixTime(milliseconds: year + Int64.random(in: 0..<365 * 24 * 60, using: &random) * 60_000)
    scene.settings.quietHours.append(QuietHours(country: "US", timeZone: nil, from: 21 * 60, until: 8 * 60))
    scene.settings.advertising["US"] = AdvertisingText(
      label: "Ad:", sender: "B", optOut: [.push: "off", .sms: "STOP", .email: "off"])
    for id in Int64(1)...6 {
      scene.audience.users[id] = person(id)
      if chance(80) { scene.audience.settings[id] = choices() }
    }
    for name in ["order", "login", "news", "sale"] {
      let (optOut, rateLimit) = (chance(25), chance(25))
      scene.audience.categories[name]?.bypassesOptOut = optOut
      scene.audience.categories[name]?.bypassesRateLimit = rateLimit
    }
    addSuppressions()
    scene.request = request()
    return scene
  }

  // MARK: People

  private mutating func person(_ id: Int64) -> AudienceUser {
    var person = Scene.person(id)
    person.locale = pick([nil, "ko-KR", "en-US", "en", "fr-FR"])
    person.timeZone = pick([nil, "Asia/Seoul", "America/New_York"])
    if chance(30) { person.email.verifiedAt = nil }
    if chance(30) { person.phone?.verifiedAt = nil }
    // Families share a phone or an address.
    if chance(15) { person.phone?.address = "+821012340001" }
    if chance(15) { person.email.address = "U1@Example.com" }
    if chance(30) { person.phone = nil }
    person.devices = (0..<Int64.random(in: 0...3, using: &random)).map {
      var device = Scene.device(id * 100 + $0, $0 == 1 ? .android : .ios)
      if chance(25) { device.disabledAt = device.registeredAt }
      return device
    }
    return person
  }

  private mutating func choices() -> UserSettings {
    var choices = UserSettings()
    choices.master = pick([nil, nil, true, false])
    for kind in ChannelKind.allCases {
      choices.channels[kind] = pick([nil, nil, true, false])
      for name in ["order", "login", "news", "sale"] {
        choices.categories[UserSettings.Place(name, kind)] = pick([nil, nil, true, false])
      }
    }
    choices.advertising = consent()
    choices.nightAdvertising = consent()
    return choices
  }

  private mutating func consent() -> AdvertisingConsent? {
    guard chance(75) else { return nil }
    return AdvertisingConsent(
      isGranted: chance(85), decidedAt: time("2025-01-01T00:00:00Z"), source: "test",
      reconfirmAt: chance(20) ? nil : near(-20...200))
  }

  private mutating func addSuppressions() {
    for person in scene.audience.users.values.sorted(by: { $0.id < $1.id }) {
      var places: [SuppressibleAddress] = person.devices.map { .device($0.id) }
      places += [.email(person.email.address)] + (person.phone.map { [.phone($0.address)] } ?? [])
      for place in places where chance(12) {
        scene.audience.suppressions[place] = AddressSuppression(
          reason: "test", until: chance(40) ? nil : near(-20...20))
      }
    }
  }

  // MARK: Events

  private mutating func request() -> NotificationRequest {
    var request = NotificationRequest(
      to: (0..<Int.random(in: 1...6, using: &random)).map { _ in recipient() },
      category: pick(["order", "login", "news", "sale", "sale"]), template: "hello", channels: channels())
    if chance(20) { request.deliverAt = Timestamp(near(-4...20)) }
    if chance(25) {
      let soonest = max(request.deliverAt?.time.milliseconds ?? 0, scene.now.milliseconds - 2 * hour)
      request.expiresAt = Timestamp(
        UnixTime(milliseconds: soonest + Int64.random(in: 1...30, using: &random) * hour))
    }
    return request
  }

  /// Some are named twice, and 7 and 8 are unknown.
  private mutating func recipient() -> Recipient {
    if chance(75) { return .user(Int64.random(in: 1...(chance(20) ? 8 : 6), using: &random)) }
    let token = DeviceAddress(
      platform: .ios, appID: "com.example", token: pick(["token-100", "token-200", "token-9"]))
    return pick([
      .email("u2@EXAMPLE.com"), .email("new@example.com"), .phone("+821012340001"), .phone("+12125550100"),
      Recipient(.address(.device(token))),
    ])
  }

  private mutating func channels() -> ChannelChoice? {
    let kinds = Array(ChannelKind.allCases.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random)))
    return pick([nil, .all(kinds), .firstOf(kinds)])
  }

  // MARK: Chance

  private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

  private mutating func pick<T>(_ some: [T]) -> T { some.randomElement(using: &random)! }

  /// Some hours from now, to the minute.
  private mutating func near(_ hours: ClosedRange<Int64>) -> UnixTime {
    let minutes = Int64.random(in: hours.lowerBound * 60...hours.upperBound * 60, using: &random)
    return UnixTime(milliseconds: scene.now.milliseconds + minutes * 60_000)
  }
}

extension Scene {
  /// The same with advertising, to which all have agreed by day.
  func willing() -> Scene {
    var scene = self
    scene.request.category = "sale"
    for id in scene.audience.users.keys {
      let night = scene.audience.settings[id]?.nightAdvertising
      scene.audience.settings[id] = UserSettings()
      scene.audience.settings[id]?.advertising = Scene.consent(until: nil)
      scene.audience.settings[id]?.nightAdvertising = night
    }
    return scene
  }
}
