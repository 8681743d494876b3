/// What a person reads. An event may bring it in place of a template, for several channels; a delivery has that of its
/// own channel.
public struct MessageContent: Sendable, Equatable, Codable {
  public var push: PushContent?
  public var sms: SMSContent?
  public var email: EmailContent?

  public init(push: PushContent? = nil, sms: SMSContent? = nil, email: EmailContent? = nil) {
    self.push = push
    self.sms = sms
    self.email = email
  }

  public var kinds: Set<ChannelKind> {
    var kinds: Set<ChannelKind> = []
    if push != nil { kinds.insert(.push) }
    if sms != nil { kinds.insert(.sms) }
    if email != nil { kinds.insert(.email) }
    return kinds
  }

  /// That of one channel alone; nil where there is none.
  public func only(_ kind: ChannelKind) -> MessageContent? {
    switch kind {
    case .push: push.map { MessageContent(push: $0) }
    case .sms: sms.map { MessageContent(sms: $0) }
    case .email: email.map { MessageContent(email: $0) }
    }
  }
}

public struct PushContent: Sendable, Equatable, Codable {
  public var title: String?
  public var body: String
  /// APNs' `action-loc-key`.
  public var actionKey: String?
  public var badge: Int?
  /// A sound file of the app's; `none` is silent. Left out it is the worker's setting.
  public var sound: String?
  /// Groups notifications on the screen, on iOS.
  public var threadID: String?
  /// The app may change it before it is shown, on iOS (`mutable-content`).
  public var mutable: Bool?
  /// Names of texts that the app has in the phone's language, shown in place of `title` and `body`, with what stands for
  /// their places.
  public var titleKey: String?
  public var titleArguments: [String]?
  public var bodyKey: String?
  public var bodyArguments: [String]?

  public init(title: String? = nil, body: String, actionKey: String? = nil, badge: Int? = nil) {
    self.title = title
    self.body = body
    self.actionKey = actionKey
    self.badge = badge
  }

  /// Has `title` and `body` shown, whatever the app has in the phone's language.
  public mutating func dropOwnTexts() {
    (titleKey, titleArguments, bodyKey, bodyArguments) = (nil, nil, nil, nil)
  }
}

public struct SMSContent: Sendable, Equatable, Codable {
  public var body: String

  public init(body: String) { self.body = body }
}

public struct EmailContent: Sendable, Equatable, Codable {
  public var subject: String
  public var html: String?
  public var text: String?

  public init(subject: String, html: String? = nil, text: String? = nil) {
    self.subject = subject
    self.html = html
    self.text = text
  }
}
