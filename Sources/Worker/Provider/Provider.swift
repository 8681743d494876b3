public import NotificationModel

/// A way to deliver: APNs, FCM, an SMS vendor, a mail server, or a channel of your own.
///
/// The worker owns everything around the call: it claims, paces, records and retries. A provider only sends, and says
/// honestly how that ended.
public protocol Provider: Sendable {
  /// In metrics and logs, as `apns`; small letters.
  var name: String { get }

  /// Whether sending again what may have arrived does no harm, as where the provider drops a repeated id or the second
  /// takes the first one's place. Where it is false the worker parks such a delivery for a person.
  var resendsAmbiguous: Bool { get }

  /// Begins to send, and returns at once. `report` is to be called exactly once for each request, on any thread, for
  /// one or for many at a time; also when the provider is stopped meanwhile.
  func send(_ requests: [SendRequest], report: @escaping @Sendable ([SendReport]) -> Void)

  /// Ends what is in flight within the time, reporting all of it, and gives back what it holds. It may block so long.
  func stop(within time: Duration)

  /// What it is doing, for the worker's metrics; nil, as where nobody says otherwise, of one that does not count. It must
  /// not wait.
  var load: ProviderLoad? { get }

  /// Of one that sends by several, as by vendors: each of them, in their order; none where nobody says otherwise. The
  /// worker tells when one begins to take nothing, and when it takes something again. It must not wait.
  var ways: [ProviderWay] { get }
}

extension Provider {
  public var load: ProviderLoad? { nil }
  public var ways: [ProviderWay] { [] }
}

/// What a provider is doing.
public struct ProviderLoad: Sendable, Equatable {
  /// Requests that wait within it for a connection or for room on one.
  public var queued: Int
  /// Connections that stand.
  public var connections: Int
  /// Those that were ever opened.
  public var connectionsOpened: Int

  public init(queued: Int, connections: Int, connectionsOpened: Int) {
    (self.queued, self.connections, self.connectionsOpened) = (queued, connections, connectionsOpened)
  }
}

/// One of several that a provider sends by.
public struct ProviderWay: Sendable, Equatable {
  /// In metrics and logs, as `solapi`; told apart from all others of the provider.
  public let name: String
  /// Why nothing is sent by it at present, as a failure's code; nil where it works.
  public let failure: String?

  public init(name: String, failure: String? = nil) { (self.name, self.failure) = (name, failure) }
}

/// One attempt at one delivery.
public struct SendRequest: Sendable {
  /// Comes back in the report.
  public let tag: UInt64
  /// Its `id` is what the provider is given as its own id; it stays the same in every attempt.
  public let delivery: Delivery
  /// From 1 on.
  public let attempt: Int

  public init(tag: UInt64, delivery: Delivery, attempt: Int) {
    (self.tag, self.delivery, self.attempt) = (tag, delivery, attempt)
  }
}

public struct SendReport: Sendable, Equatable {
  public let tag: UInt64
  public let result: SendResult

  public init(tag: UInt64, _ result: SendResult) { (self.tag, self.result) = (tag, result) }
}

/// How a call ended.
public enum SendResult: Sendable, Equatable {
  /// The provider took it.
  /// - Parameter providerID: what it calls it.
  case sent(providerID: String?)
  case failed(SendFailure)
}

/// Why a provider did not take a delivery, or is not known to have.
public struct SendFailure: Error, Sendable, Equatable {
  public enum Effect: Sendable, Equatable {
    /// This delivery may succeed later: the retry ladder.
    case retriable
    /// This delivery can never succeed as it is.
    case permanent
    /// The address is dead.
    /// - Parameter since: by the provider's clock; nil where it does not say.
    case deadAddress(since: UnixTime?)
    /// It was on its way when the answer was lost.
    case unknown
    /// The provider takes nothing at present, or could not be reached, and has surely not taken this. It counts as no
    /// attempt; the worker tries again itself, later and slowly.
    case providerBusy
    /// As `providerBusy`, where the provider says that it gets too much, as by 429 or a quota: the worker also sends more
    /// slowly from then on.
    case providerThrottles
    /// The provider refuses all that this worker sends, as for a wrong key: a person must act. Nothing is lost meanwhile.
    case providerRefuses
  }

  public let effect: Effect
  /// The provider's own word, as `TooManyRequests`, or one of ours; never an address or a text.
  public let code: String
  /// Not before this has passed.
  public let retryAfter: Duration?
  /// Nobody asked for `retryAfter`: it is a rest of our own, which any success ends.
  public let isOwnRest: Bool

  public init(_ effect: Effect, code: String, retryAfter: Duration? = nil, isOwnRest: Bool = false) {
    (self.effect, self.code, self.retryAfter, self.isOwnRest) = (effect, code, retryAfter, isOwnRest)
  }
}
