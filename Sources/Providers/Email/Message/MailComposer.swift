public import NotificationModel
import Signing
public import Worker

/// Makes mails of deliveries: pure, and of one delivery at one time always the same bytes.
public struct MailComposer: Sendable {
  private let settings: EmailSettings
  private let from: MailAddress
  private let replyTo: MailAddress?
  private let messageIDDomain: String
  private let signers: [DKIMSigner]
  private let signed: [String]

  /// - Parameter rewritten: names of fields that the transport writes anew, so that no signature may cover them.
  /// - Throws: `SigningError` for a key; `providerRefuses` for a setting, with a code that names it.
  public init(_ settings: EmailSettings, rewritten: Set<String> = []) throws {
    self.settings = settings
    from = try Self.address(settings.from, "FROM")
    replyTo = try settings.replyTo.map { try Self.address($0, "REPLY_TO") }
    messageIDDomain = settings.messageIDDomain ?? String(from.domain)
    // Checked as what they become a part of, at its longest.
    let longest = "bounce+" + String(repeating: "0", count: Self.longestID)
    _ = try Self.address("\(longest)@\(messageIDDomain)", "MESSAGE_ID_DOMAIN")
    if let domain = settings.returnPathDomain { _ = try Self.address("\(longest)@\(domain)", "RETURN_PATH_DOMAIN") }
    if let unsubscribe = settings.unsubscribe { try Self.check(unsubscribe) }
    if let sender = settings.feedbackSender,
      !(5...15).contains(sender.utf8.count) || !sender.utf8.allSatisfy(Self.isIDByte)
    {
      throw SendFailure(.providerRefuses, code: "BAD_FEEDBACK_SENDER")
    }
    signers = try settings.dkim.map { try DKIMSigner(domain: $0.domain, selector: $0.selector, pem: $0.key) }
    let hidden = Set(rewritten.map { $0.lowercased() })
    signed = DKIM.fields.filter { !hidden.contains($0.lowercased()) }
  }

  /// - Parameter now: for Date and the signatures.
  /// - Throws: `permanent`: `NO_EMAIL`, `EMPTY_EMAIL` where there is neither text nor html, `BAD_DELIVERY_ID`,
  ///   `INVALID_ADDRESS`, `ADDRESS_NEEDS_SMTPUTF8`, `ADDRESS_NEEDS_PUNYCODE`; `providerRefuses` where nothing can be signed.
  public func message(for delivery: Delivery, now: UnixTime) throws(SendFailure) -> MailMessage {
    guard case .email(let address) = delivery.address, let content = delivery.content.email else {
      throw SendFailure(.permanent, code: "NO_EMAIL")
    }
    // It becomes a part of addresses.
    guard (1...Self.longestID).contains(delivery.id.utf8.count), delivery.id.utf8.allSatisfy(Self.isIDByte) else {
      throw SendFailure(.permanent, code: "BAD_DELIVERY_ID")
    }
    let to = try MailAddress(address)
    let body = try MailBody(content, id: delivery.id)
    var lines = try header(delivery, to, subject: content.subject, now: now)
    try addListFields(delivery, to: &lines)
    let bytes = lines.bytes + body.header + [0x0D, 0x0A] + body.bytes
    let back = settings.returnPathDomain.map { "bounce+\(delivery.id)@\($0)" } ?? from.text
    return MailMessage(envelopeFrom: back, envelopeTo: to.text, bytes: try sign(bytes, now))
  }

  private func header(
    _ delivery: Delivery, _ to: MailAddress, subject: String, now: UnixTime
  ) throws(SendFailure) -> HeaderLines {
    var lines = HeaderLines()
    try lines.add("From", mailbox: from, displayName: settings.displayName)
    try lines.add("To", to.text)
    if let replyTo { try lines.add("Reply-To", replyTo.text) }
    try lines.add("Subject", text: subject)
    try lines.add("Date", MailDate.text(now))
    // The same in every attempt, so that who has it twice can tell.
    try lines.add("Message-ID", "<\(delivery.id)@\(messageIDDomain)>")
    try lines.add("MIME-Version", "1.0")
    try lines.add("Auto-Submitted", "auto-generated")
    return lines
  }

  private func addListFields(_ delivery: Delivery, to lines: inout HeaderLines) throws(SendFailure) {
    if let unsubscribe = settings.unsubscribe, !settings.transactionalCategories.contains(delivery.category) {
      let token = UnsubscribeToken.make(deliveryID: delivery.id, secret: unsubscribe.secret)
      try lines.add("List-Unsubscribe", "<\(unsubscribe.baseURL)\(token)>")
      try lines.add("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    }
    if let sender = settings.feedbackSender {
      let category = delivery.category.utf8.prefix(64).map { Self.isIDByte($0) ? $0 : UInt8(ascii: "_") }
      try lines.add("Feedback-ID", "\(String(decoding: category, as: UTF8.self)):\(sender)")
    }
  }

  private func sign(_ bytes: [UInt8], _ now: UnixTime) throws(SendFailure) -> [UInt8] {
    do throws(SigningError) {
      return try DKIM.sign(bytes, by: signers, fields: signed, at: now.milliseconds / 1_000)
    } catch {
      throw SendFailure(.providerRefuses, code: "DKIM_FAILED")
    }
  }
}

extension MailComposer {
  /// With `bounce+` no more than the 64 bytes of a local part; a UUID has 36.
  private static let longestID = 50

  private static func isIDByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
  }

  private static func address(_ text: String, _ setting: String) throws(SendFailure) -> MailAddress {
    do throws(SendFailure) {
      return try MailAddress(text)
    } catch {
      throw SendFailure(.providerRefuses, code: "BAD_\(setting)")
    }
  }

  private static func check(_ settings: UnsubscribeSettings) throws(SendFailure) {
    let isURL = settings.baseURL.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"<>,\"".utf8.contains($0) }
    guard isURL, settings.baseURL.hasPrefix("https://"), settings.baseURL.utf8.count <= 512,
      settings.baseURL.hasSuffix("/") || settings.baseURL.hasSuffix("=")
    else { throw SendFailure(.providerRefuses, code: "BAD_UNSUBSCRIBE_URL") }
    guard settings.secret.utf8.count >= 16 else {
      throw SendFailure(.providerRefuses, code: "UNSUBSCRIBE_SECRET_TOO_SHORT")
    }
  }
}
