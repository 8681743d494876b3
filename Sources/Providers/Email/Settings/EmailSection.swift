public import Configuration
import HTTPTransfer
import Signing
import Worker

/// What the section `email` says: a way, and what all mails have in common.
public enum MailSettings: Sendable {
  case smtp(SMTPSettings)
  case ses(SESSettings)
}

extension MailSettings {
  /// Reads the section `email`:
  /// - `via` (smtp or ses, smtp): how mails leave; the sections `email.smtp` and `email.ses` say the rest.
  /// - `from` (address, needed), `displayName`, `replyTo`, `returnPathDomain`, `messageIDDomain`, `feedbackSender`: see
  ///   `EmailSettings`.
  /// - `transactional` (categories with commas): those without a way to unsubscribe.
  /// - `unsubscribe.baseURL` and `unsubscribe.secret` (secret): one click, by RFC 8058.
  /// - `dkim`, a list of `domain`, `selector` and `key` (secret: RSA or Ed25519, PEM).
  /// - `resends` (true or false, true): whether a mail whose answer was lost is sent again.
  ///
  /// Nil when something that is needed is missing; `finish()` of the reader says what.
  public init?(root: ConfigurationReader) {
    let section = root.section("email")
    let isSES = Self.isSES(section)
    let email = EmailSettings(section, isNeeded: true)
    let resends = section.bool("resends", default: true)
    if isSES {
      SMTPClientSettings.check(section.section("smtp"))
      let ses = email.flatMap { SESSettings(section.section("ses"), email: $0) }
      guard var ses else { return nil }
      ses.resendsAmbiguous = resends
      self = .ses(ses)
    } else {
      SESSettings.check(section.section("ses"))
      let client = SMTPClientSettings(section.section("smtp"))
      guard let email, let client else { return nil }
      var smtp = SMTPSettings(client: client, email: email)
      smtp.resendsAmbiguous = resends
      self = .smtp(smtp)
    }
  }

  /// Reads the section for what is wrong in it alone, on a machine that may have no such worker.
  public static func check(root: ConfigurationReader) {
    let section = root.section("email")
    _ = isSES(section)
    _ = EmailSettings(section, isNeeded: false)
    _ = section.bool("resends", default: true)
    SMTPClientSettings.check(section.section("smtp"))
    SESSettings.check(section.section("ses"))
  }

  private static func isSES(_ section: ConfigurationReader) -> Bool {
    section.string("via", oneOf: ["smtp", "ses"], default: "smtp") == "ses"
  }
}

extension EmailSettings {
  fileprivate init?(_ section: ConfigurationReader, isNeeded: Bool) {
    let from = section.string("from")
    self.init(from: from ?? "")
    displayName = section.string("displayName")
    replyTo = section.string("replyTo")
    returnPathDomain = section.string("returnPathDomain")
    messageIDDomain = section.string("messageIDDomain")
    feedbackSender = section.string("feedbackSender")
    transactionalCategories = Set(section.string("transactional")?.words ?? [])
    let link = section.section("unsubscribe")
    let (baseURL, secret) = (link.string("baseURL"), link.secret("secret")?.reveal())
    if let baseURL, let secret { unsubscribe = UnsubscribeSettings(baseURL: baseURL, secret: secret) }
    if isNeeded, baseURL != nil, secret == nil, !link.isSet("secretFile") { link.reportMissing("secret") }
    for element in section.elements("dkim") {
      let (domain, selector) = (element.needed("domain"), element.needed("selector"))
      guard let key = element.neededSecret("key"), let domain, let selector else { continue }
      dkim.append(DKIMSettings(domain: domain, selector: selector, key: key))
    }
    guard from != nil else {
      if isNeeded { section.reportMissing("from") }
      return nil
    }
    if !isUsable(section) { return nil }
  }

  /// Tries to make mails by them.
  private func isUsable(_ section: ConfigurationReader) -> Bool {
    do {
      _ = try MailComposer(self)
      return true
    } catch let failure as SendFailure {
      section.report(.badValue, Self.key(of: failure.code), "cannot be used: \(failure.code)")
    } catch {
      section.report(.badValue, "dkim", "cannot be used: \(error)")
    }
    return false
  }

  private static func key(of code: String) -> String {
    switch code {
    case "BAD_REPLY_TO": "replyTo"
    case "BAD_MESSAGE_ID_DOMAIN": "messageIDDomain"
    case "BAD_RETURN_PATH_DOMAIN": "returnPathDomain"
    case "BAD_FEEDBACK_SENDER": "feedbackSender"
    case "BAD_UNSUBSCRIBE_URL": "unsubscribe.baseURL"
    case "UNSUBSCRIBE_SECRET_TOO_SHORT": "unsubscribe.secret"
    default: "from"
    }
  }
}

extension SMTPClientSettings {
  /// Reads `host` (text, needed), `port` (number; 465 with implicit TLS, else 587), `security` (startTLS, implicitTLS or
  /// plain, startTLS), `allowsPlaintext` (true or false), `user` and `password` (secret), `helloName` (text),
  /// `authorityFile` (path), `connections` (number, 20), `timeout` (time, 60s).
  fileprivate init?(_ section: ConfigurationReader) {
    let host = section.string("host")
    self.init(reading: section, host: host ?? "localhost")
    if section.isSet("user"), credentials == nil, !section.isSet("passwordFile") { section.reportMissing("password") }
    if host == nil {
      section.reportMissing("host")
      return nil
    }
  }

  fileprivate static func check(_ section: ConfigurationReader) {
    _ = SMTPClientSettings(reading: section, host: section.string("host") ?? "localhost")
  }

  private init(reading section: ConfigurationReader, host: String) {
    let words = ["startTLS", "implicitTLS", "plain"]
    let word = section.string("security", oneOf: words, default: "startTLS")
    let security: Security = word == "plain" ? .plain : word == "implicitTLS" ? .implicitTLS : .startTLS
    let port = section.int("port", in: 0...65_535, default: 0)
    let standard = security == .implicitTLS ? 465 : 587
    self.init(host: host, port: UInt16(port == 0 ? standard : port), security: security)
    allowsPlaintext = section.bool("allowsPlaintext", default: false)
    helloName = section.string("helloName")
    authorityFile = section.string("authorityFile")
    connections = section.int("connections", in: 1...500, default: connections)
    timeout = section.duration("timeout", in: .seconds(1)...(.seconds(600)), default: timeout)
    let (user, password) = (section.string("user"), section.secret("password")?.reveal())
    if let user, let password { credentials = SMTPCredentials(user: user, password: password) }
  }
}

extension SESSettings {
  /// Reads `region` and `accessKey` (texts) and `secretKey` (secret), all needed, `configurationSet` (text), `endpoint`
  /// (URL: the region's), `connections`, `timeout` and `authorityFile`.
  fileprivate init?(_ section: ConfigurationReader, email: EmailSettings) {
    let (region, access) = (section.needed("region"), section.needed("accessKey"))
    let secret = section.neededSecret("secretKey")
    let set = section.string("configurationSet")
    let endpoint = section.optionalEndpoint("endpoint")
    let credentials = AWSCredentials(accessKeyID: access ?? "", secret: secret ?? "")
    self.init(region: region ?? "", credentials: credentials, email: email)
    (configurationSet, self.endpoint) = (set, endpoint)
    client.read(section)
    if region == nil || access == nil || secret == nil { return nil }
  }

  fileprivate static func check(_ section: ConfigurationReader) {
    for name in ["region", "accessKey", "configurationSet"] { _ = section.string(name) }
    _ = section.secret("secretKey")
    _ = section.optionalEndpoint("endpoint")
    var client = HTTPClientSettings()
    client.read(section)
  }
}
