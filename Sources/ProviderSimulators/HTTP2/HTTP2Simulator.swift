/// A provider's stand-in that speaks HTTP/2: what is the same for all of them.
public protocol HTTP2Simulator: Sendable {
  var server: SimulatedServer { get }
}

extension HTTP2Simulator {
  /// As `https://localhost:PORT`.
  public var url: String { server.url }
  /// PEM that a client trusts in place of the system's.
  public var authorityFile: String { server.authorityFile }

  /// Adds a misbehaviour. Of several the first that fits counts; those for the next few are used up.
  /// - Parameter path: how a request's path must begin to suffer; any where empty.
  public func misbehave(_ misbehaviour: Misbehaviour, _ extent: Misbehaviour.Extent = .next(1), path: String = "") {
    server.misbehave(misbehaviour, extent, path: path)
  }

  /// Ends all misbehaviour for requests to come.
  public func behave() { server.behave() }

  /// Time from a complete request to its answer, for requests to come.
  public func setLatency(_ latency: Duration) { server.setLatency(latency) }

  /// Ends all connections, and the thread; what was received stays.
  public func stop() { server.stop() }
}
