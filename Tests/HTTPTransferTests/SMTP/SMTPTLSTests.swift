import HTTPTransfer
import Runtime
import TestSupport
import Testing

@Suite("An SMTP client over TLS") struct SMTPTLSTests {
  private static let login = ["AUTH PLAIN LOGIN"]

  private func run(
    _ server: ScriptedSMTPServer, _ certificate: TestCertificate?, count: UInt64 = 1,
    _ change: SMTPClient.Change = { _ in }
  ) throws -> [SMTPOutcome] {
    defer { server.stop() }
    return try SMTPClient.runInTurn((0..<count).map { .mail($0) }, server) {
      ($0.security, $0.authorityFile) = (server.security == .implicit ? .implicitTLS : .startTLS, certificate?.file)
      change(&$0)
    }
  }

  @Test(arguments: [ScriptedSMTPServer.Security.implicit, .start])
  func `mails go one after another on one connection`(security: ScriptedSMTPServer.Security) throws {
    let certificate = try TestCertificate()
    let server = try ScriptedSMTPServer([[]], security, certificate: certificate, capabilities: ["STARTTLS"])
    #expect(try run(server, certificate, count: 10).allSatisfy { $0.receipt != nil })
    #expect(server.log.mails.count == 10 && server.log.connections == 1)
    #expect(server.log.commands.contains("STARTTLS") == (security == .start))
  }

  @Test func `a server that does not offer STARTTLS gets no mail`() throws {
    let certificate = try TestCertificate()
    let server = try ScriptedSMTPServer([[]], .start, certificate: certificate, capabilities: Self.login)
    let failure = try run(server, certificate) { $0.credentials = .init(user: "user", password: "secret") }[0].failure
    #expect(failure?.code == .tls && failure?.step == .tls && failure?.mayHaveArrived == false)
    #expect(server.log.commands.allSatisfy { $0.hasPrefix("EHLO") || $0 == "QUIT" } && server.log.mails.isEmpty)
  }

  @Test(arguments: ["454 4.7.0 not now", "554 5.7.0 never"])
  func `a server that refuses STARTTLS gets no mail`(text: String) throws {
    let certificate = try TestCertificate()
    let server = try ScriptedSMTPServer(
      [[.at(.startTLS, .reply(text))]], .start, certificate: certificate, capabilities: ["STARTTLS"])
    let failure = try run(server, certificate)[0].failure
    #expect(failure?.code == .tls && failure?.step == .tls && failure?.replyCode == Int(text.prefix(3)))
    #expect(!server.log.commands.contains { $0.hasPrefix("MAIL") })
  }

  @Test(arguments: [ScriptedSMTPServer.Action.close, .hang])
  func `TLS that does not come about is told`(action: ScriptedSMTPServer.Action) throws {
    let certificate = try TestCertificate()
    let server = try ScriptedSMTPServer(
      [[.at(.startTLS, action)]], .start, certificate: certificate, capabilities: ["STARTTLS"])
    let failure = try run(server, certificate) { $0.connectTimeout = .milliseconds(300) }[0].failure
    #expect(failure?.step == .tls && failure?.mayHaveArrived == false && server.log.mails.isEmpty)
  }

  @Test(arguments: [ScriptedSMTPServer.Security.implicit, .start])
  func `a server whose certificate is not to be trusted, or another host's, gets nothing`(
    security: ScriptedSMTPServer.Security
  ) throws {
    let certificate = try TestCertificate()
    for change in [{ $0.authorityFile = nil }, { $0.host = "localhost" }] as [SMTPClient.Change] {
      let server = try ScriptedSMTPServer([[]], security, certificate: certificate, capabilities: ["STARTTLS"])
      let failure = try run(server, certificate, change)[0].failure
      #expect(failure?.code == .tls && failure?.step == .tls && failure?.mayHaveArrived == false)
      #expect(failure?.disposition == .retry(after: nil))
      #expect(server.log.commands.allSatisfy { ["EHLO", "STAR"].contains($0.prefix(4)) } && server.log.mails.isEmpty)
    }
  }

  /// It talks first, and a client of TLS waits for more.
  @Test func `a server without TLS where TLS is expected gets nothing`() throws {
    let server = try ScriptedSMTPServer()
    defer { server.stop() }
    let failure = try SMTPClient.run([.mail(0)], server) { $0.security = .implicitTLS }[0].failure
    #expect(failure?.code == .tls && failure?.step == .tls && server.log.commands.allSatisfy { !$0.hasPrefix("EHLO") })
  }

  @Test(arguments: SMTPFaultTests.steps, [ScriptedSMTPServer.Action.close, .reset])
  func `a connection that ends is replaced once, except after the mail's end`(
    fault: SMTPFaultTests.Case, action: ScriptedSMTPServer.Action
  ) throws {
    let certificate = try TestCertificate()
    let server = try ScriptedSMTPServer([[.at(fault.place, nth: 2, action)], []], .implicit, certificate: certificate)
    defer { server.stop() }
    let all = try SMTPClient.runInTurn([.mail(0), fault.mail], server) {
      ($0.security, $0.authorityFile) = (.implicitTLS, certificate.file)
    }
    let isArrived = fault.place == .end
    #expect(all[0].receipt != nil && (all[1].receipt != nil) == !isArrived)
    #expect((all[1].failure?.mayHaveArrived ?? false) == isArrived && server.log.mails.count == 2)
  }
}
