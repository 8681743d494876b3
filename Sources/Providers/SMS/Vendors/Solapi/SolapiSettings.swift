public import Worker

/// How Solapi (CoolSMS) is called.
public struct SolapiSettings: Sendable {
  public let apiKey: String
  /// Signs, and is never sent.
  public let apiSecret: String
  public let korean: KoreanSMSSettings
  public var host = "https://api.solapi.com"
  /// Recipients of one call; Solapi takes 10,000. Where it refuses one as a whole, the bad message is found by halving.
  public var batch = 200

  /// - Throws: `BAD_KEY` for what cannot stand in a header.
  public init(apiKey: String, apiSecret: String, korean: KoreanSMSSettings) throws(SendFailure) {
    guard SMSKey.isKey(apiKey), !apiSecret.isEmpty else { throw SendFailure(.providerRefuses, code: "BAD_KEY") }
    (self.apiKey, self.apiSecret, self.korean) = (apiKey, apiSecret, korean)
  }
}
