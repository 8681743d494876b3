public import Worker

/// How NHN Cloud's SMS service is called, version 3.0.
public struct NHNSettings: Sendable {
  public let appKey: String
  /// A header.
  public let secretKey: String
  public let korean: KoreanSMSSettings
  public var host = "https://api-sms.cloud.toast.com"

  /// - Throws: `BAD_KEY` for what cannot stand in a path or a header.
  public init(appKey: String, secretKey: String, korean: KoreanSMSSettings) throws(SendFailure) {
    guard SMSKey.isPathPart(appKey), SMSKey.isKey(secretKey) else {
      throw SendFailure(.providerRefuses, code: "BAD_KEY")
    }
    (self.appKey, self.secretKey, self.korean) = (appKey, secretKey, korean)
  }
}
