public import HTTPTransfer

/// How FCM is called: by a service account of the Firebase project.
public struct FCMSettings: Sendable {
  public var account: ServiceAccount
  public var endpoint = "https://fcm.googleapis.com"
  /// In place of the account's `token_uri`.
  public var tokenEndpoint: String?
  /// How long FCM keeps what a phone that is off has not got, where the delivery says nothing; at most 28 days.
  public var ttl: Duration = .seconds(7 * 86_400)
  /// Of Android's notification channels, one that the app has made; nil: the app's own default.
  public var channelID: String?
  public var client = HTTPClientSettings()

  public init(account: ServiceAccount) { self.account = account }

  /// - Parameter serviceAccount: the text of the console's JSON file.
  public init(serviceAccount: String) throws(ServiceAccountError) {
    self.init(account: try ServiceAccount(json: serviceAccount))
  }
}
