public import Worker

/// How Naver Cloud's SENS is called.
public struct SENSSettings: Sendable {
  /// As `ncp:sms:kr:…`.
  public let serviceID: String
  public let accessKey: String
  /// Signs, and is never sent.
  public let secretKey: String
  public let korean: KoreanSMSSettings
  public var host = "https://sens.apigw.ntruss.com"

  /// - Throws: `BAD_SERVICE_ID` or `BAD_KEY` for what cannot stand in a path or a header.
  public init(
    serviceID: String, accessKey: String, secretKey: String, korean: KoreanSMSSettings
  ) throws(SendFailure) {
    guard SMSKey.isPathPart(serviceID) else { throw SendFailure(.providerRefuses, code: "BAD_SERVICE_ID") }
    guard SMSKey.isKey(accessKey), !secretKey.isEmpty else { throw SendFailure(.providerRefuses, code: "BAD_KEY") }
    (self.serviceID, self.accessKey, self.secretKey, self.korean) = (serviceID, accessKey, secretKey, korean)
  }

  var path: String { "/sms/v2/services/\(serviceID)/messages" }
}
