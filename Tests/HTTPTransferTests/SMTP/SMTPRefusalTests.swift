import HTTPTransfer
import Runtime
import TestSupport
import Testing

/// The server says no, at each step, for now and for good.
@Suite("An SMTP server that refuses") struct SMTPRefusalTests {
  struct Case: Sendable {
    var place: ScriptedSMTPServer.Place
    var step: SMTPFailure.Step
    /// Of a mail, if it is for good.
    var rejects: Bool
  }

  static let steps = [
    Case(place: .greeting, step: .greeting, rejects: false), Case(place: .mail, step: .mail, rejects: true),
    Case(place: .recipient, step: .recipient, rejects: true), Case(place: .data, step: .data, rejects: true),
    Case(place: .end, step: .endOfData, rejects: true),
  ]

  @Test(arguments: steps, [(450, SMTPStatus(4, 2, 0)), (554, SMTPStatus(5, 7, 1)), (421, SMTPStatus(4, 3, 2))])
  func `its code, status and step are told, and the next mail is sent`(
    refusal: Case, code: (reply: Int, status: SMTPStatus)
  ) throws {
    let words = "<user0@example.org>: nothing for you, user0@example.org"
    let text = "\(code.reply)-\(code.status) \(words)\r\n\(code.reply) \(code.status) \(words)"
    let server = try ScriptedSMTPServer([[.at(refusal.place, nth: 1, .reply(text))], []])
    defer { server.stop() }
    let all = try SMTPClient.runInTurn([.mail(0), .mail(1)], server)
    let failure = try #require(all[0].failure)
    #expect(failure.code == .refused && failure.step == refusal.step && failure.mayHaveArrived == false)
    #expect(failure.replyCode == code.reply && failure.status == code.status)
    #expect(!failure.description.contains("user0") && !"\(failure)".contains("example"))
    let isRejected = if case .reject = failure.disposition { true } else { false }
    #expect(isRejected == (refusal.rejects && code.reply == 554))
    #expect(all[1].receipt != nil && server.log.mails.last?.to == "user1@example.org")
    #expect(server.log.mails.count == (refusal.place == .end ? 2 : 1))
  }

  /// Then libcurl says HELO, which needs no more.
  @Test func `EHLO refused is HELO said`() throws {
    let server = try ScriptedSMTPServer([[.at(.hello, nth: 1, .reply("502 5.5.1 what?"))]])
    defer { server.stop() }
    #expect(try SMTPClient.run([.mail(0)], server)[0].receipt != nil)
    #expect(server.log.commands[1].hasPrefix("HELO "))
  }

  @Test func `EHLO and HELO refused are the end`() throws {
    let server = try ScriptedSMTPServer([[.at(.hello, .reply("550 5.7.1 who?"))]])
    defer { server.stop() }
    let failure = try SMTPClient.run([.mail(0)], server)[0].failure
    #expect(failure?.step == .greeting && failure?.replyCode == 550 && failure?.disposition == .retry(after: nil))
  }

  /// The second sender is refused on a connection that has taken a mail; only 421 says that the connection is no more.
  @Test func `a mail that is refused on a connection in use is not tried again`() throws {
    let server = try ScriptedSMTPServer([[.at(.mail, nth: 2, .reply("451 4.7.1 later"))]])
    defer { server.stop() }
    let all = try SMTPClient.runInTurn([.mail(0), .mail(1), .mail(2)], server)
    #expect(all.map { $0.failure?.replyCode } == [nil, 451, nil])
    #expect(server.log.mails.map(\.to) == ["user0@example.org", "user2@example.org"])
    #expect(server.log.commands.filter { $0.hasPrefix("MAIL") }.count == 3 && server.log.connections == 2)
  }

  /// What libcurl does after a refusal would take two minutes.
  @Test func `a server that does not answer to QUIT holds nothing up`() throws {
    let server = try ScriptedSMTPServer([[.at(.recipient, .reply("550 5.1.1 who?")), .at(.quit, .hang)]])
    defer { server.stop() }
    let all = try SMTPClient.runInTurn([.mail(0), .mail(1)], server)
    #expect(all.allSatisfy { $0.failure?.replyCode == 550 } && server.log.connections == 2)
    try eventually("both were told") { server.log.commands.filter { $0 == "QUIT" }.count == 2 }
  }

  @Test func `no status is none, and one of another kind is none`() throws {
    let server = try ScriptedSMTPServer([
      [.at(.recipient, .reply("550 no"))], [.at(.recipient, .reply("550 4.1.1 no"))],
      [.at(.end, .reply("250 1.2.3.4"))],
    ])
    defer { server.stop() }
    let all = try SMTPClient.runInTurn([.mail(0), .mail(1), .mail(2)], server)
    #expect(all.prefix(2).allSatisfy { $0.failure?.replyCode == 550 && $0.failure?.status == nil })
    #expect(all[2].receipt == SMTPReceipt(replyCode: 250, text: "1.2.3.4"))
  }

  @Test(arguments: ["what?", "999 what?", "150 what?", "", "25"])
  func `an answer to the end of the data that is none tells nothing`(text: String) throws {
    let server = try ScriptedSMTPServer([[.at(.end, .goodbye(text, closes: true))], []])
    defer { server.stop() }
    // The usual one comes first here, so nothing is wrong with this mail.
    #expect(try SMTPClient.run([.mail(0)], server)[0].receipt != nil)
    let other = try ScriptedSMTPServer([[.at(.end, .reply(text)), .at(.quit, .hang)], []])
    defer { other.stop() }
    let failure = try SMTPClient.run([.mail(0)], other) { $0.timeout = .milliseconds(300) }[0].failure
    #expect(failure?.mayHaveArrived == true && failure?.step == .endOfData && other.log.mails.count == 1)
  }

  @Test func `an answer that has no end is cut`() throws {
    let server = try ScriptedSMTPServer([[.at(.end, .forever("250-and"))], []])
    defer { server.stop() }
    let all = try SMTPClient.runInTurn([.mail(0), .mail(1)], server)
    #expect(all[0].failure?.code == .protocolFault && all[0].failure?.mayHaveArrived == true)
    #expect(all[1].receipt != nil && server.log.mails.count == 2)
  }

  @Test func `DATA that is answered as no DATA sends nothing`() throws {
    let server = try ScriptedSMTPServer([[.at(.data, .reply("250 fine"))], []])
    defer { server.stop() }
    let failure = try SMTPClient.run([.mail(0)], server)[0].failure
    #expect(failure?.code == .protocolFault && failure?.step == .data && failure?.mayHaveArrived == false)
    #expect(server.log.mails.isEmpty)
  }
}
