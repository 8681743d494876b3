/// How a client hands mails over.
public struct SMTPClientSettings: Sendable {
  public enum Security: Sendable {
    /// From the first byte; usually port 465.
    case implicitTLS
    /// By STARTTLS, and never without; usually port 587.
    case startTLS
    /// To this machine, and to others where `allowsPlaintext` is set.
    case plain
  }

  /// A name, or an address without brackets.
  public var host: String
  public var port: UInt16
  public var security: Security
  /// Allows `plain` to other machines: mails and the password can be read on the way.
  public var allowsPlaintext = false
  /// A server that then offers neither PLAIN nor LOGIN gets no mail.
  public var credentials: SMTPCredentials?
  /// A file with the certificate authorities to trust in place of the system's.
  public var authorityFile: String?
  /// What EHLO says: this machine's name as the server should know it; nil: what the system calls it.
  public var helloName: String?
  /// For name, connection, TLS, greeting and login together.
  public var connectTimeout: Duration = .seconds(15)
  /// For a mail with all that; it waits as long for its start at most.
  public var timeout: Duration = .seconds(60)
  /// Each has a thread.
  public var connections = 20
  /// After so many a connection is closed.
  public var mailsPerConnection = 100
  /// After so long without a mail a connection is closed, and its thread ends.
  public var idleTimeout: Duration = .seconds(30)
  /// What may wait here for a connection, in mails and in bytes; more comes back at once as not sent.
  public var queuedMails = 10_000
  public var queuedBytes = 64 << 20

  public init(host: String, port: UInt16, security: Security = .startTLS) {
    (self.host, self.port, self.security) = (host, port, security)
  }
}

/// Who logs in, by PLAIN or LOGIN. It does not print what it holds.
public struct SMTPCredentials: Sendable, CustomStringConvertible, CustomReflectable {
  let user: String
  let password: String

  public init(user: String, password: String) { (self.user, self.password) = (user, password) }

  public var description: String { "SMTPCredentials" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What a client is doing.
public struct SMTPClientCounts: Sendable, Equatable {
  public var queued = 0
  public var inFlight = 0
  /// Opened since the start, and open now.
  public var connectionsOpened = 0
  public var connections = 0

  public init() {}
}

extension SMTPClientSettings {
  /// - Throws: `configuration`.
  func check() throws(SMTPFailure) {
    guard connections > 0, mailsPerConnection > 0 else {
      throw SMTPFailure(.configuration, "a client needs at least one connection, and a mail for each")
    }
    guard !host.isEmpty, port > 0, host.holdsOnly({ Self.isName($0) || $0 == 0x3A }) else {
      throw SMTPFailure(.configuration, "the host is none")
    }
    guard helloName.map({ !$0.isEmpty && $0.holdsOnly { Self.isName($0) || [0x3A, 0x5B, 0x5D].contains($0) } }) ?? true
    else { throw SMTPFailure(.configuration, "the name for EHLO is none") }
    guard security != .plain || allowsPlaintext || Self.isThisMachine(host) else {
      throw SMTPFailure(.configuration, "plain text is for this machine alone")
    }
    guard let credentials else { return }
    guard !credentials.user.isEmpty,
      [credentials.user, credentials.password].allSatisfy({ $0.holdsOnly { $0 > 0x1F } })
    else { throw SMTPFailure(.configuration, "the user is empty, or user or password hold control characters") }
  }

  /// Of the server, with the name for EHLO, which libcurl takes from there.
  var url: String {
    let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
    return "\(security == .implicitTLS ? "smtps" : "smtp")://\(name):\(port)/\(helloName ?? "")"
  }

  private static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
    default: false
    }
  }

  /// By its name; what the name comes to is looked at again when it is connected to.
  private static func isThisMachine(_ host: String) -> Bool {
    host == "localhost" || host == "::1"
      || host.hasPrefix("127.") && host.holdsOnly { (0x30...0x39).contains($0) || $0 == 0x2E }
  }
}
