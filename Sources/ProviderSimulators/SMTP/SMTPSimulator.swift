/// Stands in for a mail server on this machine: takes mails as an MTA's submission port does, and shows them to nobody.
///
/// RFC 5321 with STARTTLS or TLS from the first byte, AUTH PLAIN and LOGIN, PIPELINING, SIZE and enhanced status codes.
/// Misbehaviour is the same as that of the others, in SMTP's terms: `.refuse(status: 450, reason: "4.2.2 Mailbox full")`
/// is a reply, with 421 the last one; `.cut` and `.hang` at the end of the data have taken the mail; `.reset` is TCP's;
/// `.goAway` says 421 where it takes nothing.
public final class SMTPSimulator: Sendable {
  public enum Security: Sendable {
    case plain
    case startTLS
    case implicitTLS
  }

  public struct Settings: Sendable {
    public var security = Security.startTLS
    /// Passwords by user; nil: nobody need log in.
    public var users: [String: String]? = [SMTPSimulator.user: SMTPSimulator.password]
    /// Bytes of a mail.
    public var sizeMax = 10_000_000
    public var recipientsMax = 100
    /// Before each reply.
    public var latency = Duration.zero
    /// Shared by several stand-ins, so that one file is trusted; a new one when nil.
    public var authority: CertificateAuthority?
    /// Mails that are kept; the rest is counted.
    public var receivedMax = 10_000
    /// Counts the deliveries that were taken.
    public var tally: DeliveryTally?

    public init() {}

    var rules: SMTPSession.Rules {
      SMTPSession.Rules(
        needsTLS: security != .plain, offersTLS: security == .startTLS, users: users, sizeMax: sizeMax,
        recipientsMax: recipientsMax)
    }
  }

  public static let (user, password) = ("bongsu", "simulated-password")
  public let port: UInt16
  private let authority: CertificateAuthority
  private let service: SMTPService
  private let server: SocketServer

  /// Listens at once on 127.0.0.1.
  /// - Parameter port: 0 for a free one.
  /// - Throws: `cannotListen` or `certificate`.
  public init(port: UInt16 = 0, _ settings: Settings = Settings()) throws(SimulatorError) {
    authority = if let given = settings.authority { given } else { try CertificateAuthority() }
    let service = try SMTPService(settings, authority)
    self.service = service
    server = try SocketServer(name: "smtp-simulator", port: port) { service.role(number: $0) }
    self.port = server.port
  }

  /// PEM that a client trusts in place of the system's.
  public var authorityFile: String { authority.caFile }

  /// In the order in which the mails were complete, those that were not taken among them.
  public var received: [SMTPDelivery] { service.received }
  /// `requests` are mails; `refused` counts all refused commands, as `550 5.1.1`.
  public var counts: SimulatorCounts { service.counts }

  /// Empties `received` and `counts`.
  public func forgetReceived() { service.forget() }

  /// Connections that were ever made, and those that are there now.
  public var connectionsMade: Int { service.totals.connections }
  public var connections: Int { server.connectionCount }
  /// Commands and connections that suffered from a misbehaviour.
  public var misbehaved: Int { service.totals.misbehaved }

  /// What `RCPT TO` that address is answered: a code and what follows it, as `5.1.1 No such user`; nil: taken again.
  public func answer(address: String, with reply: (code: Int, text: String)?) {
    service.setRefusal(reply.map { SMTPReply($0.code, $0.text) }, address: address)
  }

  /// Adds a misbehaviour. Of several the first that fits counts; those for the next few are used up.
  public func misbehave(
    _ misbehaviour: Misbehaviour, _ extent: Misbehaviour.Extent = .next(1), at step: SMTPStep = .endOfData
  ) {
    service.misbehave(misbehaviour, extent, at: step)
  }

  /// Ends all misbehaviour for commands to come.
  public func behave() { service.behave() }

  /// For replies to come.
  public func setLatency(_ latency: Duration) { service.setLatency(latency) }

  /// New connections are refused from here on; those that are there stay.
  public func stopListening() { server.stopListening() }

  /// On the same port.
  /// - Throws: `cannotListen` when another has taken it meanwhile.
  public func listenAgain() throws(SimulatorError) { try server.listenAgain() }

  /// Ends all connections with a reset.
  public func cutConnections() { server.cutConnections() }

  /// Ends all connections, and the thread; what was received stays.
  public func stop() { server.stop() }
}
