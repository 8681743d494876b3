import NotificationModel

/// What the channels can carry.
enum TextLimits {
  /// APNs and FCM take 4,096 bytes of JSON; what is around the texts has 512 of them.
  static let push = 4_096 - 512
  /// EUC-KR bytes: over the first an SMS becomes an LMS, which ends at the second (SENS, NHN Cloud).
  static let shortSMS = 90
  static let longSMS = 2_000
  /// Characters of a message to other countries (Twilio).
  static let foreignSMS = 1_600
  /// Bytes of JSON of a mail's texts, so that a delivery fits into a record of Kafka's default size.
  static let email = 900_000

  /// - Parameter marks: of advertising.
  /// - Returns: the content with the marks, shorter where the settings allow that.
  static func fitted(
    _ text: SourcedText, _ marks: AdvertisingText?, link: String?, to address: DeliveryAddress,
    _ settings: PolicySettings
  ) throws(Rejection) -> MessageContent {
    let kind = address.channel.kind
    var content = try marked(text.content, marks, kind)
    if let push = content.push, size(push, link) > Self.push {
      // The event's own words are cut, never the way out behind them.
      content = try marked(shortened(text, by: size(push, link) - Self.push, settings), marks, kind)
    }
    if let sms = content.sms {
      let composed = SMSContent(body: sms.body.composed)
      try check(composed, address, text.definition)
      content.sms = composed
    }
    if let email = content.email {
      content.email?.subject = email.subject.split(whereSeparator: \.isNewline).joined(separator: " ")
      guard size(email) <= Self.email else { throw tooLong(text.definition, "a mail", "\(Self.email) bytes") }
    }
    return content
  }

  static func marked(
    _ content: MessageContent, _ marks: AdvertisingText?, _ kind: ChannelKind
  ) throws(Rejection) -> MessageContent {
    guard let marks else { return content }
    return try marks.applied(to: content, kind)
  }

  static func size(_ email: EmailContent) -> Int {
    [email.subject, email.html ?? "", email.text ?? ""].map(JSONSize.of).reduce(0, +)
  }

  static func size(_ push: PushContent, _ link: String?) -> Int {
    let texts = [push.title, push.actionKey, push.body, link, push.sound, push.threadID, push.titleKey, push.bodyKey]
    let arguments = (push.titleArguments ?? []) + (push.bodyArguments ?? [])
    return (texts.map { $0 ?? "" } + arguments).map { JSONSize.of($0) }.reduce(0, +) + 3 * arguments.count
  }

  /// With an ellipsis for the end of the body, `excess` bytes shorter.
  private static func shortened(
    _ text: SourcedText, by excess: Int, _ settings: PolicySettings
  ) throws(Rejection) -> MessageContent {
    let long = text.content.push?.body ?? ""
    var room = JSONSize.of(long) - excess - 3
    guard settings.longPush == .truncate, room >= 0 else {
      throw tooLong(text.definition, "a push", "\(Self.push) bytes")
    }
    var body = ""
    for character in long {
      room -= JSONSize.of(String(character))
      if room < 0 { break }
      body.append(character)
    }
    var short = text.content
    short.push?.body = body + "…"
    return short
  }

  private static func check(
    _ sms: SMSContent, _ address: DeliveryAddress, _ definition: TemplateDefinition?
  ) throws(Rejection) {
    guard isKorean(address) else {
      guard sms.body.utf16.count <= foreignSMS else {
        throw tooLong(definition, "an SMS abroad", "\(foreignSMS) characters")
      }
      return
    }
    guard let bytes = KoreanBytes.count(sms.body) else {
      throw Rejection(.smsCharacters, "\(name(definition)) has characters that a Korean SMS cannot carry, as emoji")
    }
    guard bytes <= longSMS else { throw tooLong(definition, "an LMS", "\(longSMS) bytes of EUC-KR") }
  }

  static func isKorean(_ address: DeliveryAddress) -> Bool {
    if case .phone(let number) = address { number.hasPrefix("+82") } else { false }
  }

  private static func tooLong(_ definition: TemplateDefinition?, _ what: String, _ limit: String) -> Rejection {
    Rejection(.tooLong, "\(name(definition)) is longer than \(what) can be, \(limit)")
  }

  private static func name(_ definition: TemplateDefinition?) -> String { definition?.name ?? "the event's content" }
}

enum JSONSize {
  /// Bytes of a text within JSON's quotes.
  static func of(_ text: String) -> Int {
    text.utf8.reduce(0) { size, byte in
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x08, 0x09, 0x0A, 0x0C, 0x0D: size + 2
      case ..<0x20: size + 6
      default: size + 1
      }
    }
  }
}
