public import NotificationModel

/// What an operator decides about notifications, beside what the database holds.
public struct PolicySettings: Sendable, Equatable {
  /// The country of a person of whom neither time zone nor language tells another; ISO 3166, two letters.
  public var homeCountry = "KR"
  /// When advertising may not come, by country.
  public var quietHours: [QuietHours] = [.korea]
  /// What the law wants written on advertising, by country. Advertising to a country without is refused.
  public var advertising: [String: AdvertisingText] = [:]
  public var rateRules: [RateRule] = RateRule.standard
  /// Kinds of categories that go only to addresses that were proved to be the person's.
  public var verifiedOnly: Set<NotificationCategory.Kind> = [.advertising]
  /// What becomes of a push that is too long for APNs and FCM.
  public var longPush: LongText = .reject

  public enum LongText: String, Sendable, CaseIterable {
    /// The event is a dead letter.
    case reject
    /// The body ends earlier, with an ellipsis.
    case truncate
  }

  public init() {}
}

/// The label, the sender and the way out that advertising has to carry.
public struct AdvertisingText: Sendable, Equatable {
  /// At the very beginning, exactly so: Korea's law takes no variants.
  public var label: String
  public var sender: String
  /// The last line, by channel; advertising by a channel without is refused.
  public var optOut: [ChannelKind: String]

  public init(label: String = "(광고)", sender: String, optOut: [ChannelKind: String]) {
    self.label = label
    self.sender = sender
    self.optOut = optOut
  }
}

/// How many notifications a person gets at most. What is transactional or about security is exempt, and so is a category
/// that the database says may pass.
public struct RateRule: Sendable, Equatable {
  /// Nil counts all together.
  public var channel: ChannelKind?
  public var category: String?
  public var windows: [RateWindow]

  public init(channel: ChannelKind? = nil, category: String? = nil, windows: [RateWindow]) {
    self.channel = channel
    self.category = category
    self.windows = windows
  }

  /// Names what is counted together, within the person.
  var scope: RateScope { RateScope("\(channel?.rawValue ?? "*")/\(category ?? "*")", windows) }

  /// 20 in an hour and 100 in a day by each channel.
  public static let standard = ChannelKind.allCases.map { channel in
    RateRule(
      channel: channel,
      windows: [RateWindow(limit: 20, period: .seconds(3_600)), RateWindow(limit: 100, period: .seconds(86_400))])
  }
}
