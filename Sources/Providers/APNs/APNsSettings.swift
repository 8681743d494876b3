public import HTTPTransfer

/// How APNs is called: by a token that an Apple Developer key signs.
public struct APNsSettings: Sendable {
  /// The team's ten characters.
  public var teamID: String
  /// The key's ten characters.
  public var keyID: String
  /// The `.p8` file's text.
  public var key: String
  public var production = "https://api.push.apple.com"
  public var sandbox = "https://api.sandbox.push.apple.com"
  /// How long APNs keeps what a phone that is off has not got, where the delivery says nothing; at most 30 days.
  public var expiration: Duration = .seconds(7 * 86_400)
  /// What a phone plays; nil is silent.
  public var sound: String? = "default"
  public var client: HTTPClientSettings

  public init(teamID: String, keyID: String, key: String) {
    (self.teamID, self.keyID, self.key) = (teamID, keyID, key)
    client = HTTPClientSettings()
    client.headers = ["apns-id", "retry-after"]
    // As many as APNs' SETTINGS allow, which libcurl keeps to: at 150 ms a hundred would be 670 pushes a second.
    client.streams = 1_000
  }
}
