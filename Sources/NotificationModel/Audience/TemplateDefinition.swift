/// The text of a notification for one channel and locale, as it is stored.
public struct TemplateDefinition: Sendable, Equatable, Codable {
  /// What a template for any locale calls its own.
  public static let defaultLocale = "default"

  public var key: String
  public var channel: ChannelKind
  /// As BCP 47 has it, or `defaultLocale`.
  public var locale: String
  /// Counts from 1 for each key, channel and locale.
  public var version: Int
  /// An e-mail's.
  public var subject: String?
  /// A push's.
  public var title: String?
  public var body: String
  /// APNs' `action-loc-key`.
  public var actionKey: String?
  /// A number, or the name of the parameter that holds it.
  public var badge: String?
  public var requiredParameters: [String]

  public init(
    key: String, channel: ChannelKind, locale: String = Self.defaultLocale, version: Int = 1, subject: String? = nil,
    title: String? = nil, body: String, actionKey: String? = nil, badge: String? = nil,
    requiredParameters: [String] = []
  ) {
    self.key = key
    self.channel = channel
    self.locale = locale
    self.version = version
    self.subject = subject
    self.title = title
    self.body = body
    self.actionKey = actionKey
    self.badge = badge
    self.requiredParameters = requiredParameters
  }
}
