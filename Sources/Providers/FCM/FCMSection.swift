public import Configuration
import HTTPTransfer

extension FCMSettings {
  /// Reads the section `fcm`:
  /// - `serviceAccount` (secret, or `serviceAccountFile`: the console's JSON file; needed).
  /// - `endpoint` (URL): Google's. `tokenEndpoint` (URL): in place of the account's.
  /// - `ttl` (time, 7d; at most 28d): how long FCM keeps what a phone that is off has not got.
  /// - `channelID` (text): of Android's notification channels.
  /// - `connections` (number, 4), `timeout` (time, 30s), `authorityFile` (path): see `HTTPClientSettings`.
  ///
  /// Nil when something that is needed is missing; `finish()` of the reader says what.
  public init?(root: ConfigurationReader) {
    let section = root.section("fcm")
    let account = Self.account(section)
    if account == nil, !section.isSet("serviceAccount"), !section.isSet("serviceAccountFile") {
      section.reportMissing("serviceAccountFile")
    }
    let rest = Rest(section)
    guard let account else { return nil }
    self.init(account: account)
    endpoint = rest.endpoint
    tokenEndpoint = rest.tokenEndpoint
    ttl = rest.ttl
    channelID = rest.channelID
    client = rest.client
  }

  /// Reads the section for what is wrong in it alone, on a machine that may have no such worker.
  public static func check(root: ConfigurationReader) {
    let section = root.section("fcm")
    _ = account(section)
    _ = Rest(section)
  }

  private static func account(_ section: ConfigurationReader) -> ServiceAccount? {
    guard let text = section.secret("serviceAccount")?.reveal() else { return nil }
    do throws(ServiceAccountError) {
      return try ServiceAccount(json: text)
    } catch {
      let name = section.isSet("serviceAccountFile") ? "serviceAccountFile" : "serviceAccount"
      section.report(.badValue, name, "cannot be used: \(error)")
      return nil
    }
  }

  private struct Rest {
    let endpoint: String
    let tokenEndpoint, channelID: String?
    let ttl: Duration
    var client = HTTPClientSettings()

    init(_ section: ConfigurationReader) {
      endpoint = section.endpoint("endpoint", default: "https://fcm.googleapis.com")
      tokenEndpoint = section.string("tokenEndpoint", expected: "a URL that begins with https://") {
        $0.hasPrefix("https://")
      }
      ttl = section.duration("ttl", in: .zero...(.seconds(28 * 86_400)), default: .seconds(7 * 86_400))
      channelID = section.string("channelID")
      client.read(section)
    }
  }
}
