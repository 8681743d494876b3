public import HTTPTransfer
public import Signing

/// How Amazon SES is called: its API v2, with mails as we make them.
public struct SESSettings: Sendable {
  /// As `ap-northeast-2`.
  public var region: String
  public var credentials: AWSCredentials
  public var email: EmailSettings
  /// Whose events tell of bounces and complaints; nil: the identity's own.
  public var configurationSet: String?
  /// `https://` and a host; nil: the region's own.
  public var endpoint: String?
  /// Whether a mail whose answer was lost is sent again. SES cannot tell that it has it already, so it may come twice:
  /// better than not at all. Where it is false, a person decides.
  public var resendsAmbiguous = true
  public var client: HTTPClientSettings

  public init(region: String, credentials: AWSCredentials, email: EmailSettings) {
    (self.region, self.credentials, self.email) = (region, credentials, email)
    client = HTTPClientSettings()
    client.headers = ["x-amzn-errortype", "x-amzn-requestid", "retry-after"]
  }
}
