import HTTPTransfer
import Runtime
import TestSupport
import Testing

@Suite("An SMTP login") struct SMTPLoginTests {
  private func run(
    _ capabilities: [String], _ rules: [[ScriptedSMTPServer.Rule]] = [[]], count: UInt64 = 1,
    _ change: SMTPClient.Change = { _ in }
  ) throws -> (outcomes: [SMTPOutcome], server: ScriptedSMTPServer.Log) {
    let server = try ScriptedSMTPServer(rules, capabilities: capabilities)
    defer { server.stop() }
    let outcomes = try SMTPClient.runInTurn((0..<count).map { .mail($0) }, server) {
      $0.credentials = SMTPCredentials(user: "user", password: "secret")
      change(&$0)
    }
    return (outcomes, server.log)
  }

  /// AHVzZXIAc2VjcmV0 is user and secret behind a NUL each.
  @Test func `is made by PLAIN once for a connection`() throws {
    let (outcomes, log) = try run(["AUTH CRAM-MD5 LOGIN PLAIN"], count: 3)
    #expect(outcomes.allSatisfy { $0.receipt != nil } && log.mails.count == 3 && log.connections == 1)
    #expect(log.commands.filter { $0.hasPrefix("AUTH") } == ["AUTH PLAIN AHVzZXIAc2VjcmV0"])
  }

  @Test func `is made by LOGIN where there is nothing else`() throws {
    let (outcomes, log) = try run(["AUTH LOGIN"])
    #expect(outcomes[0].receipt != nil)
    #expect(Array(log.commands.dropFirst().prefix(2)) == ["AUTH LOGIN dXNlcg==", "c2VjcmV0"])
  }

  /// In base64 it starts with RCPT.
  @Test func `may look like a command`() throws {
    let (outcomes, log) = try run(["AUTH LOGIN"], [[.at(.login, .close)]]) {
      $0.credentials = SMTPCredentials(user: "user", password: "D#\u{4C0}")
    }
    #expect(outcomes[0].failure?.step == .authentication && log.commands.last?.hasPrefix("RCPT") == true)
  }

  @Test(arguments: [(535, SMTPStatus(5, 7, 8)), (454, SMTPStatus(4, 7, 0))])
  func `that is refused sends nothing, and tells neither user nor password`(code: Int, status: SMTPStatus) throws {
    let (outcomes, log) = try run(["AUTH PLAIN"], [[.at(.login, .reply("\(code) \(status) user? secret?"))]])
    let failure = try #require(outcomes[0].failure)
    #expect(failure.code == .authentication && failure.step == .authentication && !failure.mayHaveArrived)
    #expect(failure.replyCode == code && failure.status == status)
    var isStop = false
    if case .stop = failure.disposition { isStop = true }
    #expect(isStop == (code == 535))
    #expect(!"\(failure)".contains("secret") && !String(reflecting: failure).contains("user?"))
    #expect(!log.commands.contains { $0.hasPrefix("MAIL") })
  }

  /// libcurl would send the mail without a login.
  @Test(arguments: [[], ["AUTH CRAM-MD5 GSSAPI"], ["SIZE 1000"]])
  func `that is not offered sends nothing`(capabilities: [String]) throws {
    let (outcomes, log) = try run(capabilities, count: 2)
    for outcome in outcomes {
      #expect(outcome.failure?.code == .authentication && outcome.failure?.step == .authentication)
      #expect(outcome.failure?.replyCode == nil && outcome.failure?.mayHaveArrived == false)
    }
    #expect(!log.commands.contains { $0.hasPrefix("MAIL") } && log.mails.isEmpty)
  }

  @Test func `that gets no answer is given up in time`() throws {
    let (outcomes, log) = try run(["AUTH PLAIN"], [[.at(.login, .hang)]]) { $0.connectTimeout = .milliseconds(200) }
    #expect(outcomes[0].failure?.code == .timeout && outcomes[0].failure?.step == .authentication)
    #expect(log.mails.isEmpty)
  }

  @Test func `is asked for by a server that says so`() throws {
    let server = try ScriptedSMTPServer([[.at(.mail, .reply("530 5.7.0 Authentication required"))]])
    defer { server.stop() }
    let failure = try #require(try SMTPClient.run([.mail(0)], server)[0].failure)
    var isStop = false
    if case .stop = failure.disposition { isStop = true }
    #expect(failure.code == .refused && failure.step == .mail && isStop)
  }

  @Test func `is not printed with its settings`() {
    var settings = SMTPClientSettings(host: "mail.example.com", port: 587)
    settings.credentials = SMTPCredentials(user: "user", password: "secret")
    var text = ""
    dump(settings, to: &text)
    for text in ["\(settings)", String(reflecting: settings), "\(String(describing: settings.credentials))", text] {
      #expect(!text.contains("secret") && !text.contains("\"user\""))
    }
  }
}
