import NotificationModel
import Postgres

/// Values out of rows, in the order of the columns of `AudienceQueries`.
struct AudienceRows {
  let result: QueryResult

  func text(_ row: Int, _ column: Int) -> String { result[row, column] ?? "" }
  func number(_ row: Int, _ column: Int) -> Int64 { result[row, column].flatMap { Int64($0) } ?? 0 }
  func flag(_ row: Int, _ column: Int) -> Bool { result[row, column] == "t" }
  func time(_ row: Int, _ column: Int) -> UnixTime? {
    result[row, column].flatMap { Int64($0) }.map { UnixTime(milliseconds: $0) }
  }

  var versions: [Int64: Int64] {
    var versions: [Int64: Int64] = [:]
    for row in 0..<result.rowCount { versions[number(row, 0)] = number(row, 1) }
    return versions
  }

  var namedVersions: [String: Int64] {
    var versions: [String: Int64] = [:]
    for row in 0..<result.rowCount { versions[text(row, 0)] = number(row, 1) }
    return versions
  }

  var categories: [String: NotificationCategory] {
    var categories: [String: NotificationCategory] = [:]
    for row in 0..<result.rowCount {
      guard let kind = NotificationCategory.Kind(rawValue: text(row, 1)) else { continue }
      let name = text(row, 0)
      categories[name] = NotificationCategory(
        name: name, kind: kind, bypassesOptOut: flag(row, 2), bypassesRateLimit: flag(row, 3))
    }
    return categories
  }

  var suppressions: [SuppressibleAddress: AddressSuppression] {
    var suppressions: [SuppressibleAddress: AddressSuppression] = [:]
    for row in 0..<result.rowCount {
      guard let address = SuppressibleAddress(kind: text(row, 0), text: text(row, 1)) else { continue }
      suppressions[address] = AddressSuppression(reason: text(row, 2), until: time(row, 3))
    }
    return suppressions
  }

  func addPreferences(to settings: inout [Int64: UserSettings]) {
    for row in 0..<result.rowCount {
      let isOn = flag(row, 3)
      let channel = result[row, 2].flatMap { ChannelKind(rawValue: $0) }
      settings[number(row, 0), default: UserSettings()].choose(result[row, 1], channel, isOn)
    }
  }

  func addConsents(to settings: inout [Int64: UserSettings]) {
    for row in 0..<result.rowCount {
      let consent = AdvertisingConsent(
        isGranted: flag(row, 2), decidedAt: time(row, 3) ?? UnixTime(milliseconds: 0), source: text(row, 4),
        reconfirmAt: time(row, 5))
      let path: WritableKeyPath<UserSettings, AdvertisingConsent?> =
        text(row, 1) == "advertising" ? \.advertising : \.nightAdvertising
      settings[number(row, 0), default: UserSettings()][keyPath: path] = consent
    }
  }
}

extension AudienceRows {
  var users: [Int64: CachedUser] {
    var users: [Int64: CachedUser] = [:]
    for row in 0..<result.rowCount {
      let id = number(row, 0)
      let email = UserContact(id: number(row, 5), address: text(row, 4), verifiedAt: time(row, 6))
      let phone = result[row, 7].map { UserContact(id: number(row, 8), address: $0, verifiedAt: time(row, 9)) }
      users[id] = CachedUser(
        version: number(row, 1),
        user: AudienceUser(id: id, locale: result[row, 2], timeZone: result[row, 3], email: email, phone: phone))
    }
    return users
  }

  func addDevices(to users: inout [Int64: CachedUser]) {
    for row in 0..<result.rowCount {
      guard let platform = UserDevice.Platform(rawValue: text(row, 2)),
        let environment = UserDevice.Environment(rawValue: text(row, 4))
      else { continue }
      let device = UserDevice(
        id: number(row, 1), platform: platform, appID: text(row, 3), environment: environment, token: text(row, 5),
        locale: result[row, 6], timeZone: result[row, 7],
        registeredAt: time(row, 8) ?? UnixTime(milliseconds: 0), disabledAt: time(row, 9))
      users[number(row, 0)]?.user.devices.append(device)
    }
  }

  var templates: [String: VersionedTemplates] {
    var versions: [String: Int64] = [:]
    var definitions: [String: [TemplateDefinition]] = [:]
    for row in 0..<result.rowCount {
      versions[text(row, 0)] = number(row, 1)
      if let definition = template(row) { definitions[text(row, 0), default: []].append(definition) }
    }
    var templates: [String: VersionedTemplates] = [:]
    for (key, version) in versions {
      templates[key] = VersionedTemplates(version: version, definitions: definitions[key] ?? [])
    }
    return templates
  }

  func template(_ row: Int) -> TemplateDefinition? {
    guard let channel = ChannelKind(rawValue: text(row, 2)) else { return nil }
    return TemplateDefinition(
      key: text(row, 0), channel: channel, locale: text(row, 3), version: Int(number(row, 4)), subject: result[row, 5],
      title: result[row, 6], body: text(row, 7), actionKey: result[row, 8], badge: result[row, 9],
      requiredParameters: text(row, 10).split(separator: "\u{1F}").map(String.init))
  }
}

extension UserSettings {
  fileprivate mutating func choose(_ category: String?, _ channel: ChannelKind?, _ isOn: Bool) {
    switch (category, channel) {
    case (let category?, let channel?): categories[Place(category, channel)] = isOn
    case (nil, let channel?): channels[channel] = isOn
    case (_, nil): master = isOn
    }
  }
}

extension SuppressibleAddress {
  fileprivate init?(kind: String, text: String) {
    switch Kind(rawValue: kind) {
    case .email: self = .email(text)
    case .phone: self = .phone(text)
    case .device:
      guard let id = Int64(text) else { return nil }
      self = .device(id)
    case nil: return nil
    }
  }
}
