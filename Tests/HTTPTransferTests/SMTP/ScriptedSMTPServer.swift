import Glibc
import LocalServers
import Synchronization
import TestSupport

/// A mail server on this machine that answers as a test tells it to, well or ill. What it got whole, it counts.
final class ScriptedSMTPServer: Sendable {
  /// Where a rule holds.
  enum Place: Sendable {
    case greeting, hello, startTLS, login, mail, recipient, data
    /// After the first 10 000 bytes of a mail.
    case body
    /// After the end of a mail.
    case end
    case quit
  }

  enum Action: Sendable {
    /// Lines without their ends.
    case reply(String)
    /// What it would have said anyway, after a while.
    case late(milliseconds: Int)
    case close
    /// As a process that dies.
    case reset
    /// Neither reads nor writes until the client is gone.
    case hang
    /// The usual answer, this one unasked, and as it is told the end of the connection.
    case goodbye(String, closes: Bool)
    /// The same line for as long as the client takes it.
    case forever(String)
    /// The usual answer, once the server has so many mails whole.
    case whenMails(Int)
  }

  /// What happens at the nth time on a connection, or each time.
  struct Rule: Sendable {
    var place: Place
    var nth: Int?
    var action: Action
  }

  struct Mail: Sendable, Equatable {
    var from: String
    var to: String
    /// Without the dots that were put in front.
    var bytes: [UInt8]
  }

  struct Log: Sendable {
    var mails: [Mail] = []
    var commands: [String] = []
    var connections = 0
    var mostConnections = 0
    var open = 0
  }

  enum Security: Sendable { case plain, implicit, start }

  let security: Security
  let context: TLSContext?
  /// In the answer to EHLO.
  let capabilities: [String]
  /// For one connection after another; the last ones for all that follow.
  private let rules: [[Rule]]
  private let listener: Listener
  private let state = Mutex(Log())

  init(
    _ rules: [[Rule]] = [[]], _ security: Security = .plain, certificate: TestCertificate? = nil,
    capabilities: [String] = []
  ) throws {
    (self.rules, self.security, self.capabilities) = (rules, security, capabilities)
    context = try certificate.map { try TLSContext($0, protocol: "smtp") }
    listener = try Listener()
    listener.start { [self] descriptor in
      let number = state.withLock {
        $0.connections += 1
        $0.open += 1
        $0.mostConnections = max($0.open, $0.mostConnections)
        return $0.connections
      }
      SMTPTestConnection(self, descriptor, self.rules[min(number, self.rules.count) - 1])?.serve()
      state.withLock { $0.open -= 1 }
    }
  }

  var port: UInt16 { listener.port }
  var log: Log { state.withLock { $0 } }
  var openConnections: Int { listener.openConnections }

  func note(_ mail: Mail) { state.withLock { $0.mails.append(mail) } }
  func note(_ command: String) { state.withLock { $0.commands.append(command) } }
  func stop() { listener.stop() }
}

extension ScriptedSMTPServer.Rule {
  static func at(
    _ place: ScriptedSMTPServer.Place, nth: Int? = nil, _ action: ScriptedSMTPServer.Action
  ) -> Self {
    Self(place: place, nth: nth, action: action)
  }
}
