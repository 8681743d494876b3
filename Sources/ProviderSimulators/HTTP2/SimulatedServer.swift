/// The HTTP/2 server of a stand-in, on 127.0.0.1, and what can be made to go wrong with it. Any thread may use it.
public final class SimulatedServer: Sendable {
  /// How much a client is allowed, how fast it is answered, and what it must trust.
  public struct Settings: Sendable {
    /// SETTINGS_MAX_CONCURRENT_STREAMS at a connection's beginning.
    public var streamsMax: UInt32 = 1_000
    /// Time from a complete request to its answer.
    public var latency = Duration.zero
    /// Shared by several stand-ins, so that one file is trusted; a new one when nil.
    public var authority: CertificateAuthority?

    public init() {}
  }

  /// As `https://localhost:PORT`.
  public let url: String
  public let port: UInt16
  private let authority: CertificateAuthority
  private let service: HTTP2Service
  private let server: SocketServer

  init(name: String, port: UInt16, _ settings: Settings, handler: any HTTP2Handler) throws(SimulatorError) {
    authority = if let given = settings.authority { given } else { try CertificateAuthority() }
    let session = HTTP2Session.Settings(streamsMax: settings.streamsMax)
    let service = try HTTP2Service(session, authority: authority, handler: handler)
    service.setLatency(settings.latency)
    self.service = service
    server = try SocketServer(name: name, port: port) { service.role(number: $0) }
    self.port = server.port
    url = "https://localhost:\(server.port)"
  }

  /// PEM that a client trusts in place of the system's; removed with the last user of the authority.
  public var authorityFile: String { authority.caFile }

  /// Connections that were ever made.
  public var connectionsMade: Int { service.totals.connections }
  /// Requests and connections that suffered from a misbehaviour.
  public var misbehaved: Int { service.totals.misbehaved }
  /// Connections that are there now.
  public var connections: Int { server.connectionCount }

  /// Adds a misbehaviour. Of several the first that fits counts; those for the next few are used up.
  /// - Parameter path: how a request's path must begin to suffer; any where empty.
  public func misbehave(_ misbehaviour: Misbehaviour, _ extent: Misbehaviour.Extent = .next(1), path: String = "") {
    service.misbehave(misbehaviour, extent, path: path)
  }

  /// Ends all misbehaviour for requests to come.
  public func behave() { service.behave() }

  /// For requests to come.
  public func setLatency(_ latency: Duration) { service.setLatency(latency) }

  /// For connections that are there and those to come, as APNs changes it while it runs.
  public func setStreamsMax(_ count: UInt32) {
    service.setStreamsMax(count)
    server.perform { [service] _ in service.limitStreams() }
  }

  /// New connections are refused from here on; those that are there stay.
  public func stopListening() { server.stopListening() }

  /// On the same port.
  /// - Throws: `cannotListen` when another has taken it meanwhile.
  public func listenAgain() throws(SimulatorError) { try server.listenAgain() }

  /// Ends all connections with a reset.
  public func cutConnections() { server.cutConnections() }

  /// Stands still until `thaw`, as a process does that is stopped: the kernel goes on taking connections and requests,
  /// and nobody answers. Of it only what came so far may be asked meanwhile.
  public func freeze() { server.freeze() }

  /// Goes on with what has come meanwhile.
  public func thaw() { server.thaw() }

  /// Ends all connections, and the thread.
  public func stop() { server.stop() }
}
