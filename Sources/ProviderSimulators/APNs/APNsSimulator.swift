public import Signing

/// A key that Apple knows: what a team's provider tokens are signed by.
public struct APNsKey: Sendable {
  /// The token's `kid` and `iss`.
  public let id: String
  public let teamID: String
  public let publicKey: PublicKey
  /// Of a topic-specific key; nil for all of the team's.
  public let topics: Set<String>?

  public init(id: String, teamID: String, publicKey: PublicKey, topics: Set<String>? = nil) {
    (self.id, self.teamID, self.publicKey, self.topics) = (id, teamID, publicKey, topics)
  }
}

/// Stands in for APNs on this machine: HTTP/2 over TLS at `POST /3/device/<token>`, with Apple's checks and answers.
///
/// The checks are those of Apple's "Sending notification requests to APNs"; where Apple leaves their order open, it is
/// provider token, headers, payload, device token.
public final class APNsSimulator: HTTP2Simulator {
  public struct Settings: Sendable {
    public var server = SimulatedServer.Settings()
    /// A P-256 key that is always accepted; a new one when nil.
    public var signingKey: PrivateKey?
    /// Others that are accepted.
    public var keys: [APNsKey] = []
    /// Bundle ids that the team owns; nil for any.
    public var topics: Set<String>?
    /// Requests that are kept; the rest is counted. 0 for benchmarks.
    public var receivedMax = 100_000
    /// Counts the deliveries that were taken, by `apns-id`.
    public var tally: DeliveryTally?
    /// For what `answer(token:with:)` does not say, such as that each hundredth device is gone. Called on the server's
    /// thread; nil means 200.
    public var answers: (@Sendable (_ token: String) -> APNsAnswer?)?

    public init() {}
  }

  public let server: SimulatedServer
  /// A key that is always accepted, for clients that have none. Its `pem` is what Apple's .p8 file holds.
  public let signingKey: PrivateKey
  public static let (keyID, teamID) = ("SIMULATED1", "BONGSUTEAM")
  private let core: APNsCore

  /// Listens at once on 127.0.0.1.
  /// - Parameter port: 0 for a free one.
  /// - Throws: `SimulatorError`, `settings` for a key of another kind, or `SigningError` when no key can be made.
  public init(port: UInt16 = 0, _ settings: Settings = Settings()) throws {
    let key = if let given = settings.signingKey { given } else { try PrivateKey.make(.p256) }
    guard key.kind == .p256 else { throw SimulatorError(.settings, "provider tokens are signed by a P-256 key") }
    signingKey = key
    let own = APNsKey(id: Self.keyID, teamID: Self.teamID, publicKey: try key.publicKey)
    core = APNsCore(settings, keys: [own] + settings.keys)
    server = try SimulatedServer(name: "apns-simulator", port: port, settings.server, handler: core)
  }

  /// In the order in which the requests were complete.
  public var received: [APNsDelivery] { core.ledger.entries }
  public var counts: SimulatorCounts { core.ledger.counts }

  /// Empties `received` and `counts`.
  public func forgetReceived() { core.forget() }

  /// What correct requests for that device are answered; 200 again with nil.
  public func answer(token: String, with answer: APNsAnswer?) { core.setAnswer(answer, token: token) }

  /// Lets time pass for provider tokens and timestamps. Requests already waiting for their latency are not hurried.
  public func advanceClock(by time: Duration) { core.clock.advance(by: time) }
}
