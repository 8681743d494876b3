extension NotificationRequest {
  public static let recipientLimit = 1_000
  /// Further ahead a time is taken for a mistake.
  public static let horizonDays: Int64 = 366

  /// Everything that can be known of an event without asking anybody. Services check before they insert, routers
  /// before they route.
  /// - Parameter now: what `deliverAt` is measured against; nil leaves that out, as when an event comes late.
  public func check(now: UnixTime? = nil) throws(RequestProblem) {
    guard !to.isEmpty else { throw RequestProblem(.invalidRecipient, "to", "is empty: nobody is to hear of it") }
    guard to.count <= Self.recipientLimit else {
      throw RequestProblem(
        .tooManyRecipients, "to", "has over \(Self.recipientLimit) recipients: write several events")
    }
    for (index, recipient) in to.enumerated() { try recipient.check("to[\(index)]") }
    try checkText()
    try checkTimes(now)
  }

  private func checkText() throws(RequestProblem) {
    try Self.check(category, "category", 1...100)
    guard (template == nil) != (content == nil) else {
      throw RequestProblem(.invalidMember, "template", "or content is needed, and not both")
    }
    if let template { try Self.check(template, "template", 1...100) }
    if let content, content.kinds.isEmpty {
      throw RequestProblem(.invalidMember, "content", "is empty: give it push, sms or email")
    }
    if let channels, channels.kinds.isEmpty {
      throw RequestProblem(
        .invalidMember, "channels", "is empty; leave it out for every channel that there is text for")
    }
    if let email = content?.email, email.html == nil, email.text == nil {
      throw RequestProblem(.invalidMember, "content.email", "has neither html nor text")
    }
    try content?.push?.check("content.push")
    if let locale { try Self.check(locale: locale, "locale") }
    if let collapseKey { try Self.check(collapseKey, "collapseKey", 1...64) }
    if let link { try Self.check(link, "link", 1...2_000) }
  }

  private func checkTimes(_ now: UnixTime?) throws(RequestProblem) {
    guard let deliverAt else { return }
    if let expiresAt, expiresAt <= deliverAt {
      throw RequestProblem(.invalidTime, "expiresAt", "is not after deliverAt, so it would never be sent")
    }
    if let now, deliverAt.time.milliseconds - now.milliseconds > Self.horizonDays * 86_400_000 {
      throw RequestProblem(.invalidTime, "deliverAt", "is over \(Self.horizonDays) days ahead")
    }
  }

  static func check(_ text: String, _ member: String, _ bytes: ClosedRange<Int>) throws(RequestProblem) {
    guard bytes.contains(text.utf8.count) else {
      throw RequestProblem(.invalidMember, member, "takes \(bytes.lowerBound) to \(bytes.upperBound) bytes")
    }
    guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      throw RequestProblem(.invalidMember, member, "holds control characters")
    }
  }

  static func check(locale: String, _ member: String) throws(RequestProblem) {
    let isTag =
      locale.utf8.count <= 35
      && locale.split(separator: "-", omittingEmptySubsequences: false)
        .allSatisfy { (1...8).contains($0.utf8.count) && $0.utf8.allSatisfy(AddressCheck.isLetterOrDigit) }
    guard isTag else { throw RequestProblem(.invalidMember, member, "is no language tag such as ko-KR") }
  }
}

extension Recipient {
  fileprivate func check(_ member: String) throws(RequestProblem) {
    if let locale { try NotificationRequest.check(locale: locale, "\(member).locale") }
    switch whom {
    case .user(let id):
      guard id > 0 else { throw RequestProblem(.invalidRecipient, "\(member).user", "is not above 0") }
    case .address(let address): try AddressCheck.check(address, member)
    }
  }
}

extension PushContent {
  /// How many places a text of the app's may have.
  public static let argumentLimit = 20

  fileprivate func check(_ path: String) throws(RequestProblem) {
    for (text, name) in [(sound, "sound"), (threadID, "threadID"), (titleKey, "titleKey"), (bodyKey, "bodyKey")] {
      if let text { try NotificationRequest.check(text, "\(path).\(name)", 1...100) }
    }
    for (list, key, name) in [
      (titleArguments, titleKey, "titleArguments"), (bodyArguments, bodyKey, "bodyArguments"),
    ] {
      guard let list else { continue }
      guard key != nil else {
        throw RequestProblem(.invalidMember, "\(path).\(name)", "stands without the key of the text they are for")
      }
      guard list.count <= Self.argumentLimit else {
        throw RequestProblem(.invalidMember, "\(path).\(name)", "has over \(Self.argumentLimit) texts")
      }
    }
  }
}
