import NotificationModel
import Policy

/// A moment as events write it, `2026-11-24T12:00:00+09:00`.
func time(_ text: String) -> UnixTime {
  guard let timestamp = Timestamp(text) else { preconditionFailure("\(text) is no time") }
  return timestamp.time
}

/// An event for user 1, what is known of the people, and noon in Seoul. A test changes what it is about.
struct Scene {
  static let eventID = "0198a1b2-0000-7000-8000-000000000001"

  var settings = PolicySettings()
  var audience = PolicyAudience()
  var now = time("2026-11-24T12:00:00+09:00")
  var request: NotificationRequest
  var open: Set<Int>?

  /// - Parameter category: one of `order`, `login`, `news` and `sale`.
  init(_ category: String = "news", to recipients: [Recipient] = [.user(1)], channels: ChannelChoice? = nil) {
    request = NotificationRequest(to: recipients, category: category, template: "hello", channels: channels)
    let kinds: [(String, NotificationCategory.Kind)] = [
      ("order", .transactional), ("login", .security), ("news", .service), ("sale", .advertising),
    ]
    for (name, kind) in kinds { audience.categories[name] = NotificationCategory(name: name, kind: kind) }
    audience.templates["hello"] = CompiledTemplates(Self.hello)
    audience.users[1] = Self.person(1)
    settings.advertising["KR"] = Self.korean
  }

  static let hello = [
    TemplateDefinition(key: "hello", channel: .push, title: "Hi", body: "Hello"),
    TemplateDefinition(key: "hello", channel: .sms, body: "Hello"),
    TemplateDefinition(key: "hello", channel: .email, subject: "Hi", body: "<p>Hello</p>"),
  ]

  static let korean = AdvertisingText(
    sender: "봉수", optOut: [.push: "수신거부: 설정", .sms: "무료수신거부 0801234567", .email: "수신거부 u@example.com"])

  /// Reached by e-mail (contact 11 of user 1), phone (12) and iPhone (13), the addresses being proved.
  static func person(_ id: Int64) -> AudienceUser {
    let verified = time("2026-01-01T00:00:00Z")
    return AudienceUser(
      id: id, email: UserContact(id: id * 10 + 1, address: "u\(id)@example.com", verifiedAt: verified),
      phone: UserContact(id: id * 10 + 2, address: "+82101234000\(id)", verifiedAt: verified),
      devices: [device(id * 10 + 3, .ios)])
  }

  static func device(_ id: Int64, _ platform: UserDevice.Platform) -> UserDevice {
    UserDevice(
      id: id, platform: platform, appID: "com.example", token: "token-\(id)",
      registeredAt: time("2026-01-01T00:00:00Z"))
  }
}

// MARK: What people chose

extension Scene {
  /// Of user 1.
  var person: AudienceUser {
    get { audience.users[1]! }
    set { audience.users[1] = newValue }
  }

  /// Of user 1.
  var choices: UserSettings {
    get { audience.settings[1] ?? UserSettings() }
    set { audience.settings[1] = newValue }
  }

  static func consent(_ isGranted: Bool = true, until: String? = "2027-11-01T00:00:00Z") -> AdvertisingConsent {
    AdvertisingConsent(
      isGranted: isGranted, decidedAt: time("2025-11-01T00:00:00Z"), source: "test", reconfirmAt: until.map(time))
  }

  /// User 1 agrees to advertising.
  func agreed() -> Scene {
    var scene = self
    scene.choices.advertising = Self.consent()
    return scene
  }
}
