public import NotificationModel

/// A template's text as it would be sent, with what it takes.
public struct FittedText: Sendable, Equatable {
  public let content: MessageContent
  /// As `44 of 90 bytes of EUC-KR, an SMS`.
  public let size: String
  /// Its body ends earlier, as `PolicySettings.longPush` allows.
  public let isShortened: Bool
}

extension CompiledTemplates {
  /// What would be sent, as to a person of a country.
  /// - Parameters:
  ///   - locales: the wanted ones, the most wanted first.
  ///   - category: advertising has what the law wants on it.
  ///   - country: decides what that is, and how an SMS is counted.
  /// - Throws: why an event would be a dead letter.
  public func fitted(
    _ channel: ChannelKind, locales: [String], parameters: [String: JSONValue],
    category: NotificationCategory.Kind, country: String, _ settings: PolicySettings
  ) throws(Rejection) -> FittedText {
    let own = try render(channel, locales: locales, parameters: parameters)
    let marks = try settings.marks(category, in: country)
    let address = DeliveryAddress.sample(channel, country)
    let text = SourcedText(content: own, definition: definition(channel, locales: locales))
    let sent = try TextLimits.fitted(text, marks, link: nil, to: address, settings)
    let whole = try TextLimits.marked(own, marks, channel)
    return FittedText(
      content: sent, size: TextLimits.taken(sent, to: address), isShortened: sent.push?.body != whole.push?.body)
  }
}

extension DeliveryAddress {
  /// One by which lengths are counted as by any other of the country.
  fileprivate static func sample(_ channel: ChannelKind, _ country: String) -> DeliveryAddress {
    switch channel {
    case .push: .device(DeviceAddress(platform: .ios, appID: "", token: ""))
    case .sms: .phone(country == "KR" ? "+821000000000" : "+10000000000")
    case .email: .email("")
    }
  }
}

extension TextLimits {
  fileprivate static func taken(_ content: MessageContent, to address: DeliveryAddress) -> String {
    if let push = content.push { return "\(size(push, nil)) of \(Self.push) bytes of JSON" }
    if let email = content.email { return "\(size(email)) of \(Self.email) bytes of JSON" }
    let body = content.sms?.body ?? ""
    guard isKorean(address) else { return "\(body.utf16.count) of \(foreignSMS) characters" }
    let bytes = KoreanBytes.count(body) ?? 0
    return bytes > shortSMS
      ? "\(bytes) of \(longSMS) bytes of EUC-KR, an LMS" : "\(bytes) of \(shortSMS) bytes of EUC-KR, an SMS"
  }
}
