public import Configuration
import HTTPTransfer
import Worker

extension SMSSettings {
  /// Reads the section `sms`:
  /// - `vendors`, a list in the order in which they are tried, at least one. Each has `vendor` (sens, solapi, nhn or twilio) and
  ///   - sens: `serviceID`, `accessKey`, `secretKey` (secret); solapi: `apiKey`, `apiSecret` (secret); nhn: `appKey`,
  ///     `secretKey` (secret); all three `sender` (the registered number, digits alone), `title` (of long messages, up to
  ///     40 bytes), `advertising` (categories with commas) and `codePage` (cp949 or eucKR, cp949).
  ///   - twilio: `accountSID`, `user` (an API key's SID; the account's), `secret` (secret), `sender` (a number as +1…, a
  ///     messaging service's SID or a name), `countries` (beginnings of numbers with commas; all), `segments` (10).
  ///   - `host` (URL): the vendor's.
  /// - `connections` (number, 4), `timeout` (time, 30s), `authorityFile` (path): see `HTTPClientSettings`.
  ///
  /// Nil when something that is needed is missing; `finish()` of the reader says what.
  public init?(root: ConfigurationReader) {
    let section = root.section("sms")
    let elements = section.elements("vendors")
    let vendors = elements.compactMap { Self.vendor($0) }
    var client = SMSSettings(vendors: []).client
    client.read(section)
    if elements.isEmpty { section.reportMissing("vendors") }
    guard !elements.isEmpty, vendors.count == elements.count else { return nil }
    self.init(vendors: vendors)
    self.client = client
  }

  /// Reads the section for what is wrong in it alone, on a machine that may have no such worker.
  public static func check(root: ConfigurationReader) {
    let section = root.section("sms")
    for element in section.elements("vendors") { _ = vendor(element) }
    var client = HTTPClientSettings()
    client.read(section)
  }

  private static func vendor(_ section: ConfigurationReader) -> (any SMSVendor)? {
    let names = ["sens", "solapi", "nhn", "twilio"]
    let name = section.string("vendor", expected: "one of \(names.joined(separator: ", "))") { names.contains($0) }
    do throws(SendFailure) {
      switch name {
      case "sens": return try sens(section)
      case "solapi": return try solapi(section)
      case "nhn": return try nhn(section)
      case "twilio": return try twilio(section)
      default: if !section.isSet("vendor") { section.reportMissing("vendor") }
      }
    } catch {
      section.report(.badValue, key(of: error.code), "cannot be used: \(error.code)")
    }
    return nil
  }

  /// Which value a vendor's settings do not take.
  private static func key(of code: String) -> String {
    switch code {
    case "SENDER_IS_NO_NUMBER": "sender"
    case "BAD_TITLE": "title"
    case "NO_CODE_PAGE": "codePage"
    case "BAD_ACCOUNT": "accountSID"
    case "BAD_SERVICE_ID": "serviceID"
    case "BAD_COUNTRY": "countries"
    default: "vendor"
    }
  }
}

extension SMSSettings {
  private static func sens(_ section: ConfigurationReader) throws(SendFailure) -> (any SMSVendor)? {
    let (service, access) = (section.needed("serviceID"), section.needed("accessKey"))
    let secret = section.neededSecret("secretKey")
    let host = section.optionalEndpoint("host")
    guard let korean = try korean(section), let service, let access, let secret else { return nil }
    var settings = try SENSSettings(serviceID: service, accessKey: access, secretKey: secret, korean: korean)
    if let host { settings.host = host }
    return SENSVendor(settings)
  }

  private static func solapi(_ section: ConfigurationReader) throws(SendFailure) -> (any SMSVendor)? {
    let (key, secret) = (section.needed("apiKey"), section.neededSecret("apiSecret"))
    let host = section.optionalEndpoint("host")
    guard let korean = try korean(section), let key, let secret else { return nil }
    var settings = try SolapiSettings(apiKey: key, apiSecret: secret, korean: korean)
    if let host { settings.host = host }
    return SolapiVendor(settings)
  }

  private static func nhn(_ section: ConfigurationReader) throws(SendFailure) -> (any SMSVendor)? {
    let (key, secret) = (section.needed("appKey"), section.neededSecret("secretKey"))
    let host = section.optionalEndpoint("host")
    guard let korean = try korean(section), let key, let secret else { return nil }
    var settings = try NHNSettings(appKey: key, secretKey: secret, korean: korean)
    if let host { settings.host = host }
    return NHNVendor(settings)
  }

  private static func twilio(_ section: ConfigurationReader) throws(SendFailure) -> (any SMSVendor)? {
    let (account, user) = (section.needed("accountSID"), section.string("user"))
    let (secret, sender) = (section.neededSecret("secret"), section.needed("sender"))
    let countries = section.string("countries").map { Set($0.words) }
    let segments = section.int("segments", in: 1...10, default: 10)
    let host = section.optionalEndpoint("host")
    guard let account, let secret, let sender else { return nil }
    var settings = try TwilioSettings(
      accountSID: account, user: user, secret: secret, sender: TwilioSettings.Sender(reading: sender),
      countries: countries)
    settings.segments = segments
    if let host { settings.host = host }
    return TwilioVendor(settings)
  }

  private static func korean(_ section: ConfigurationReader) throws(SendFailure) -> KoreanSMSSettings? {
    let (sender, title) = (section.needed("sender"), section.needed("title"))
    let advertising = Set(section.string("advertising")?.words ?? [])
    let isEUCKR = section.string("codePage", oneOf: ["cp949", "eucKR"], default: "cp949") == "eucKR"
    guard let sender, let title else { return nil }
    return try KoreanSMSSettings(
      sender: sender, advertising: advertising, title: title, codePage: isEUCKR ? .eucKR : .cp949)
  }
}

extension TwilioSettings.Sender {
  /// As a person writes it.
  fileprivate init(reading text: String) {
    if text.hasPrefix("+") {
      self = .number(text)
    } else {
      self = text.hasPrefix("MG") && text.utf8.count == 34 ? .service(text) : .name(text)
    }
  }
}
