/// How a client calls.
public struct HTTPClientSettings: Sendable {
  /// To one host. libcurl opens the next one when the streams of those that stand are used up.
  public var connections = 4
  /// At once on one connection. A server that allows fewer makes libcurl wait for it. No more than `connections` times
  /// `streams` are in flight, to all hosts together; where several are called, a host has less than what is free.
  public var streams = 100
  /// What may wait here for a stream, in requests and in bytes; more comes back at once as not sent.
  public var queuedRequests = 10_000
  public var queuedBytes = 64 << 20
  public var connectTimeout: Duration = .seconds(5)
  /// From its start on a connection to its end. It waits as long for its start at most.
  public var timeout: Duration = .seconds(30)
  /// An answer that is slower than a byte a second for this long is given up.
  public var stallTimeout: Duration = .seconds(15)
  /// Of an answer's body, and of its headers. What is longer is cut, and the connection with it.
  public var bodyLimit = 64 << 10
  public var headerLimit = 32 << 10
  /// Headers of answers that are kept, in small letters.
  public var headers: Set<String> = ["retry-after"]
  /// A file with the certificate authorities to trust in place of the system's.
  public var authorityFile: String?
  /// Allows `http://` to this machine, for tests and for a proxy beside the process.
  public var allowsLocalPlaintext = false
  /// Refuses addresses that are not public (`AddressGuard`): for URLs that somebody else has given.
  public var isGuarded = false

  public init() {}
}

/// What a client is doing.
public struct HTTPClientCounts: Sendable, Equatable {
  public var queued = 0
  public var inFlight = 0
  /// Opened since the start, and open now.
  public var connectionsOpened = 0
  public var connections = 0

  public init() {}
}
