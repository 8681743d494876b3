import NotificationModel
public import Signing

/// Stands in for FCM's HTTP v1 API and for Google's token endpoint on this machine: HTTP/2 over TLS at
/// `POST /v1/projects/PROJECT/messages:send` and `POST /token`.
///
/// Checks and errors are those of Firebase's reference of `projects.messages` and of its "REST error codes"; an
/// assertion's are those of RFC 7523 with Google's limit of an hour.
public final class FCMSimulator: HTTP2Simulator {
  public struct Settings: Sendable {
    public var server = SimulatedServer.Settings()
    public var projectID = "bongsu-simulated"
    /// The service account's RSA key; a new one when nil, which takes some tenths of a second.
    public var signingKey: PrivateKey?
    /// How long access tokens are valid.
    public var tokenLife = Duration.seconds(3_600)
    /// Google's are 600,000; nil for no limit.
    public var messagesPerMinute: Int?
    /// Messages that are kept; the rest is counted. 0 for benchmarks.
    public var receivedMax = 100_000
    /// Counts the messages that were taken, by `deliveryID` in their data.
    public var tally: DeliveryTally?
    /// For what `answer(token:with:)` does not say, such as that each hundredth device is gone. Called on the server's
    /// thread; nil means 200.
    public var answers: (@Sendable (_ token: String) -> FCMReason?)?

    /// With 100 streams a connection, the usual number of Google's front ends.
    public init() { server.streamsMax = 100 }
  }

  public let server: SimulatedServer
  public let projectID: String
  /// The service account's.
  public let signingKey: PrivateKey
  public static let (clientEmail, keyID) = ("pusher@bongsu-simulated.invalid", "5111a7ed")
  private let core: FCMCore

  /// Listens at once on 127.0.0.1.
  /// - Parameter port: 0 for a free one.
  /// - Throws: `SimulatorError`, or `SigningError` when no key can be made; `settings` for a key that is none of RSA.
  public init(port: UInt16 = 0, _ settings: Settings = Settings()) throws {
    let key = if let given = settings.signingKey { given } else { try PrivateKey.make(.rsa) }
    guard key.kind == .rsa else { throw SimulatorError(.settings, "a service account's key is an RSA key") }
    (signingKey, projectID) = (key, settings.projectID)
    core = FCMCore(settings, accounts: [Self.clientEmail: try key.publicKey])
    server = try SimulatedServer(name: "fcm-simulator", port: port, settings.server, handler: core)
    core.setAudience(server.url + FCMCore.tokenPath)
  }

  /// Where access tokens come from, and what their assertions' `aud` may be beside Google's own address.
  public var tokenURL: String { url + FCMCore.tokenPath }

  /// What Google's console gives for a service account, as the text of a file. A secret.
  public var serviceAccount: String {
    let members: JSONValue = [
      "type": "service_account", "project_id": .text(projectID), "private_key_id": .text(Self.keyID),
      "private_key": .text(signingKey.pem), "client_email": .text(Self.clientEmail), "token_uri": .text(tokenURL),
    ]
    return String(decoding: HTTP2Response.json(status: 200, members).body, as: UTF8.self)
  }

  /// In the order in which the requests were complete; those for access tokens are not among them.
  public var received: [FCMDelivery] { core.ledger.entries }
  public var counts: SimulatorCounts { core.ledger.counts }
  /// Requests for access tokens.
  public var tokenCounts: SimulatorCounts { core.grantCounts }

  /// Empties `received`, `counts` and `tokenCounts`.
  public func forgetReceived() { core.forget() }

  /// What correct messages to that registration token are answered; 200 again with nil.
  public func answer(token: String, with reason: FCMReason?) { core.setAnswer(reason, token: token) }

  /// All access tokens are expired from here on; new ones can be had.
  public func expireAccessTokens() { core.expireAccessTokens() }

  /// Lets time pass for access tokens, assertions and the quota.
  public func advanceClock(by time: Duration) { core.clock.advance(by: time) }
}
