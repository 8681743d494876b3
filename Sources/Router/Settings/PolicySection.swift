public import Configuration
import NotificationModel
public import Policy

extension PolicySettings {
  /// Reads the section `policy`:
  /// - `homeCountry` (text, KR): of people of whom neither time zone nor language tells another.
  /// - `verifiedOnly` (names of kinds with commas, advertising): kinds that go to proved addresses alone.
  /// - `longPush` (reject or truncate, reject).
  /// - `quietHours`, a list of `country`, `timeZone` (empty: the person's own), `from`, `until` (`HH:MM`), `exempt`
  ///   (channels with commas, email); without a list Korea's night.
  /// - `advertising`, a list of `country`, `label`, `sender`, and `optOut` by channel.
  /// - `rateLimits`, a list of `channel` and `category` (each may be missing: all), `limit` and `per`; without a list
  ///   20 in an hour and 100 in a day by each channel.
  public init(root: ConfigurationReader) {
    self.init()
    let section = root.section("policy")
    homeCountry = section.country("homeCountry", default: homeCountry)
    verifiedOnly = section.names("verifiedOnly", default: "advertising", NotificationCategory.Kind.init(rawValue:))
    let words = LongText.allCases.map(\.rawValue)
    longPush = LongText(rawValue: section.string("longPush", oneOf: words, default: longPush.rawValue)) ?? .reject
    let hours = section.elements("quietHours").map { QuietHours(section: $0) }
    if !hours.isEmpty { quietHours = hours }
    for element in section.elements("advertising") {
      advertising[element.country("country", default: homeCountry)] = AdvertisingText(section: element)
    }
    let rules = RateRule.rules(section.elements("rateLimits"))
    if !rules.isEmpty { rateRules = rules }
  }
}

extension QuietHours {
  fileprivate init(section: ConfigurationReader) {
    let zone = section.string("timeZone", default: "")
    self.init(
      country: section.country("country", default: "KR"), timeZone: zone.isEmpty ? nil : zone,
      from: section.minutes("from", default: "21:00"), until: section.minutes("until", default: "08:00"),
      exempt: section.names("exempt", default: "email", ChannelKind.init(rawValue:)))
    if let timeZone, !Self.isKnown(timeZone: timeZone) {
      section.report(.badValue, "timeZone", "is no time zone such as Asia/Seoul")
    }
    if from == until {
      let key = section.isSet("until") ? "until" : "from"
      section.report(.badValue, key, "makes from and until the same, so the hours would never end")
    }
  }
}

extension AdvertisingText {
  fileprivate init(section: ConfigurationReader) {
    let sender = section.string("sender", default: "")
    if sender.isEmpty { section.reportMissing("sender") }
    let lines = section.map("optOut")
    for name in lines.keys where ChannelKind(rawValue: name) == nil {
      section.report(.badValue, "optOut.\(name)", "is no channel; there are push, sms and email")
    }
    self.init(
      label: section.string("label", default: "(광고)"), sender: sender,
      optOut: Dictionary(
        uniqueKeysWithValues: lines.compactMap { name, line in ChannelKind(rawValue: name).map { ($0, line) } }))
  }
}

extension RateRule {
  /// Elements with the same channel and category are windows of one rule.
  fileprivate static func rules(_ elements: [ConfigurationReader]) -> [RateRule] {
    var rules: [RateRule] = []
    for element in elements {
      let word = element.string("channel", default: "")
      let channel = ChannelKind(rawValue: word)
      if !word.isEmpty, channel == nil {
        element.report(.badValue, "channel", "is no channel; there are push, sms and email")
      }
      let category = element.string("category")
      let window = RateWindow(
        limit: element.int("limit", in: 1...1_000, default: 100),
        period: element.duration("per", in: .seconds(1)...(.seconds(2_592_000)), default: .seconds(86_400)))
      if let known = rules.firstIndex(where: { $0.channel == channel && $0.category == category }) {
        rules[known].windows.append(window)
      } else {
        rules.append(RateRule(channel: channel, category: category, windows: [window]))
      }
    }
    return rules
  }
}

extension ConfigurationReader {
  fileprivate func country(_ key: String, default standard: String) -> String {
    string(key, default: standard, expected: "two capital letters, as KR") {
      $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x41...0x5A).contains($0) }
    }
  }

  /// Minutes of the day.
  fileprivate func minutes(_ key: String, default standard: String) -> Int {
    let text = string(key, default: standard, expected: "a time of day, as 21:00") { Self.minutes($0) != nil }
    return Self.minutes(text) ?? 0
  }

  private static func minutes(_ text: String) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].utf8.count == 2, let hour = Int(parts[0]), let minute = Int(parts[1]),
      (0..<24).contains(hour), (0..<60).contains(minute)
    else { return nil }
    return hour * 60 + minute
  }

  fileprivate func names<Name>(_ key: String, default standard: String, _ make: (String) -> Name?) -> Set<Name> {
    let text = string(key, default: standard)
    let words = text.split(separator: ",").map { String($0.drop { $0 == " " }) }
    let names = words.compactMap(make)
    if names.count < words.count { report(.badValue, key, "holds a word that is not known here: \(text)") }
    return Set(names)
  }
}
