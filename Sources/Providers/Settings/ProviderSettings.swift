public import Configuration
public import NotificationModel
public import Redis
public import Worker

/// What sends for a channel, as the configuration says.
public enum ProviderSettings: Sendable {
  case apns(APNsSettings)
  case fcm(FCMSettings)
  case sms(SMSSettings)
  case email(MailSettings)

  /// Reads the section of the channel's provider. Nil when something is missing; `finish()` of the reader says what.
  public init?(root: ConfigurationReader, channel: DeliveryChannel) {
    let found: ProviderSettings? =
      switch channel {
      case .pushIOS: APNsSettings(root: root).map { .apns($0) }
      case .pushAndroid: FCMSettings(root: root).map { .fcm($0) }
      case .sms: SMSSettings(root: root).map { .sms($0) }
      case .email: MailSettings(root: root).map { .email($0) }
      }
    guard let found else { return nil }
    self = found
  }

  /// Reads the sections of all providers for what is wrong in them alone.
  public static func check(root: ConfigurationReader) {
    APNsSettings.check(root: root)
    FCMSettings.check(root: root)
    SMSSettings.check(root: root)
    MailSettings.check(root: root)
  }

  /// Of text messages; nil of all others.
  public var sms: SMSSettings? { if case .sms(let settings) = self { settings } else { nil } }

  /// - Parameters:
  ///   - redis: for tokens that all workers of the account share.
  ///   - prefix: before all keys there.
  /// - Throws: what libcurl or Redis' client does not take.
  public func provider(redis: RedisSettings, prefix: String) throws -> any Provider {
    switch self {
    case .apns(let settings):
      // Who has the key can make tokens anyway, so it is what seals them.
      try APNsProvider(settings, shared: SharedTokens(redis, secret: settings.key, prefix: prefix))
    case .fcm(let settings):
      try FCMProvider(settings, shared: SharedTokens(redis, secret: settings.account.seal, prefix: prefix))
    case .sms(let settings): try SMSProvider(settings)
    case .email(.smtp(let settings)): try SMTPProvider(settings)
    case .email(.ses(let settings)): try SESProvider(settings)
    }
  }
}
