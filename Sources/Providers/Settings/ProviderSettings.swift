public import Configuration
public import NotificationModel
public import Redis
public import Worker

/// What sends for a channel, as the configuration says.
public enum ProviderSettings: Sendable {
  case apns(APNsSettings)

  /// Reads the section of the channel's provider. Nil when something is missing; `finish()` of the reader says what.
  public init?(root: ConfigurationReader, channel: DeliveryChannel) {
    switch channel {
    case .pushIOS:
      guard let settings = APNsSettings(root: root) else { return nil }
      self = .apns(settings)
    case .pushAndroid, .sms, .email:
      root.section("worker").report(.badValue, "channel", "has no provider in this version; there is push.ios")
      return nil
    }
  }

  /// Reads the sections of all providers for what is wrong in them alone.
  public static func check(root: ConfigurationReader) {
    APNsSettings.check(root: root)
  }

  /// - Parameters:
  ///   - redis: for tokens that all workers of the account share.
  ///   - prefix: before all keys there.
  /// - Throws: what libcurl or Redis' client does not take.
  public func provider(redis: RedisSettings, prefix: String) throws -> any Provider {
    switch self {
    case .apns(let settings):
      // Who has the key can make tokens anyway, so it is what seals them.
      try APNsProvider(settings, shared: SharedTokens(redis, secret: settings.key, prefix: prefix))
    }
  }
}
