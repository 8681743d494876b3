import NotificationModel
public import Worker

/// How Twilio is called.
public struct TwilioSettings: Sendable {
  public enum Sender: Sendable, Equatable {
    /// E.164.
    case number(String)
    /// `MG` and 32 hexadecimal digits.
    case service(String)
    /// Up to eleven letters and digits, where the country has such senders.
    case name(String)
  }

  /// `AC` and 32 hexadecimal digits.
  public let accountSID: String
  /// The user of Basic authentication: an API key's SID, or the account's.
  public let user: String
  public let secret: String
  public let sender: Sender
  /// Beginnings of the numbers that it is used for, as `+1`; nil: all.
  public let countries: Set<String>?
  /// Of one message; each is paid.
  public var segments = 10
  public var host = "https://api.twilio.com"

  /// - Throws: `BAD_ACCOUNT`, `BAD_KEY`, `SENDER_IS_NO_NUMBER` or `BAD_COUNTRY`.
  public init(
    accountSID: String, user: String? = nil, secret: String, sender: Sender, countries: Set<String>? = nil
  ) throws(SendFailure) {
    let user = user ?? accountSID
    guard Self.isSID(accountSID, "AC") else { throw SendFailure(.providerRefuses, code: "BAD_ACCOUNT") }
    guard SMSKey.isPathPart(user), !user.contains(":"), SMSKey.isKey(secret) else {
      throw SendFailure(.providerRefuses, code: "BAD_KEY")
    }
    guard sender.isOne else { throw SendFailure(.providerRefuses, code: "SENDER_IS_NO_NUMBER") }
    guard countries?.allSatisfy(Self.isCountry) ?? true else {
      throw SendFailure(.providerRefuses, code: "BAD_COUNTRY")
    }
    (self.accountSID, self.user, self.secret) = (accountSID, user, secret)
    (self.sender, self.countries) = (sender, countries)
  }

  static func isSID(_ text: String, _ start: String) -> Bool {
    text.hasPrefix(start) && text.utf8.count == 34
      && text.utf8.dropFirst(2).allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) }
  }

  private static func isCountry(_ text: String) -> Bool {
    text.hasPrefix("+") && (2...8).contains(text.utf8.count)
      && text.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
  }
}

extension TwilioSettings.Sender {
  var isOne: Bool {
    switch self {
    case .number(let text): AddressCheck.isPhone(text)
    case .service(let text): TwilioSettings.isSID(text, "MG")
    case .name(let text):
      (1...11).contains(text.utf8.count) && text.utf8.contains { ($0 | 0x20) >= 0x61 }
        && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == 0x20 }
    }
  }
}
