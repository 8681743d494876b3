import HTTPTransfer
import TestSupport
import Testing

@Suite("An SMTP client") struct SMTPClientTests {
  typealias Rule = ScriptedSMTPServer.Rule

  @Test func `a mail arrives as it was given, and its receipt tells the server's name of it`() throws {
    let server = try ScriptedSMTPServer()
    defer { server.stop() }
    let outcome = try SMTPClient.run([.mail(7)], server) { $0.helloName = "me.example.com" }[0]
    #expect(outcome.tag == 7)
    #expect(outcome.receipt == SMTPReceipt(replyCode: 250, status: SMTPStatus(2, 0, 0), text: "Ok: queued as 1"))
    let log = server.log
    #expect(log.mails == [.init(from: "sender@example.com", to: "user7@example.org", bytes: SMTPMail.mail(7).bytes)])
    let commands = ["EHLO me.example.com", "MAIL FROM:<sender@example.com>", "RCPT TO:<user7@example.org>", "DATA"]
    #expect(log.commands.starts(with: commands))
  }

  /// Lines of dots over the places where libcurl's buffer of 16 KB ends, and each of its parts once at such a place.
  @Test(arguments: 0..<6) func `dots at the start of lines arrive as they are`(shift: Int) throws {
    let server = try ScriptedSMTPServer()
    defer { server.stop() }
    let line = ".\r\n..\r\n.a\r\n"
    let text = ".first\r\n" + String(repeating: "x", count: shift) + "\r\n" + String(repeating: line, count: 10_000)
    let mails = [
      SMTPMail.mail(0, text: text), .mail(1, text: ".\r\n"), .mail(2, text: "a\r\n.\r\n"), .mail(3, text: "\r\n"),
    ]
    #expect(try SMTPClient.runInTurn(mails, server).allSatisfy { $0.receipt != nil })
    #expect(server.log.mails.map(\.bytes) == mails.map(\.bytes) && server.log.connections == 1)
  }

  @Test func `mails go one after another on one connection, which ends with QUIT`() throws {
    let server = try ScriptedSMTPServer()
    defer { server.stop() }
    let all = try SMTPClient.run((0..<50).map { .mail($0) }, server) { $0.connections = 1 }
    #expect(all.map(\.tag) == Array(0..<50) && all.allSatisfy { $0.receipt != nil })
    try eventually("it has ended") { server.openConnections == 0 }
    #expect(server.log.mails.count == 50 && server.log.connections == 1 && server.log.commands.last == "QUIT")
  }

  @Test func `there are as many connections as are needed, and no more than are allowed`() throws {
    let server = try ScriptedSMTPServer([[.at(.end, nth: 1, .whenMails(5))]])
    defer { server.stop() }
    let outcomes = SMTPOutcomes()
    let client = try SMTPClient.client(server, outcomes) { $0.connections = 5 }
    defer { client.stop(within: .zero) }
    client.submit((0..<3).map { .mail($0) })
    try eventually("three are there") { server.log.mails.count == 3 }
    #expect(server.log.connections == 3 && client.counts.inFlight == 3 && client.counts.queued == 0)
    client.submit((3..<100).map { .mail($0) })
    #expect(try outcomes.take(100).allSatisfy { $0.receipt != nil })
    #expect(server.log.mostConnections == 5 && server.log.connections == 5)
    #expect(Set(server.log.mails.map(\.to)).count == 100 && server.log.mails.count == 100)
    #expect(client.counts.connections == 5 && client.counts.connectionsOpened == 5)
  }

  @Test func `a connection is closed after so many mails, and without waiting for the answer to QUIT`() throws {
    let server = try ScriptedSMTPServer([[.at(.quit, .hang)]])
    defer { server.stop() }
    let all = try SMTPClient.run((0..<10).map { .mail($0) }, server) {
      ($0.connections, $0.mailsPerConnection) = (1, 3)
    }
    #expect(all.allSatisfy { $0.receipt != nil } && server.log.mails.count == 10 && server.log.connections == 4)
    try eventually("each was told") { server.log.commands.filter { $0 == "QUIT" }.count == 4 }
  }

  @Test func `an idle connection is closed after its time, and the next mail gets another`() throws {
    let server = try ScriptedSMTPServer()
    defer { server.stop() }
    let outcomes = SMTPOutcomes()
    let client = try SMTPClient.client(server, outcomes) { $0.idleTimeout = .milliseconds(20) }
    defer { client.stop(within: .zero) }
    client.submit([.mail(0)])
    try eventually("it is closed") {
      server.log.commands.last == "QUIT" && server.openConnections == 0 && client.counts.connections == 0
    }
    client.submit([.mail(1)])
    #expect(try outcomes.take(2).allSatisfy { $0.receipt != nil } && server.log.connections == 2)
  }

  @Test func `what must not be sent never reaches the server`() throws {
    let server = try ScriptedSMTPServer()
    defer { server.stop() }
    let outcomes = SMTPOutcomes()
    let client = try SMTPClient.client(server, outcomes)
    client.submit([
      SMTPMail(tag: 0, from: "a@b.c", to: "a@b.c>\r\nRCPT TO:<x@y.z", bytes: [0x0D, 0x0A]), .mail(1, text: "a"),
    ])
    #expect(outcomes.count == 2)
    client.stop(within: .zero)
    for outcome in try outcomes.take(2) {
      #expect(outcome.failure?.code == .invalidMail && outcome.failure?.mayHaveArrived == false)
    }
    #expect(server.log.connections == 0)
  }

  @Test func `over the queue's bounds mails come back, and none is lost`() throws {
    let server = try ScriptedSMTPServer([[.at(.greeting, .hang)]])
    let outcomes = SMTPOutcomes()
    let client = try SMTPClient.client(server, outcomes) { ($0.queuedMails, $0.connections) = (10, 1) }
    client.submit((0..<50).map { .mail($0) })
    #expect(try outcomes.take(40).allSatisfy { $0.failure?.code == .queueFull })
    client.stop(within: .zero)
    server.stop()
    let all = try outcomes.take(50)
    #expect(all.map(\.tag) == Array(0..<50) && all.filter { $0.failure?.code == .stopped }.count == 10)
    #expect(all.allSatisfy { $0.failure?.mayHaveArrived == false })
    #expect(client.counts.queued == 0 && client.counts.inFlight == 0 && client.counts.connections == 0)
  }

  @Test func `bytes that wait are bounded, too`() throws {
    let server = try ScriptedSMTPServer()
    defer { server.stop() }
    let failure = try SMTPClient.run([.mail(0)], server) { $0.queuedBytes = 250 }[0].failure
    #expect(failure?.code == .queueFull && failure?.mayHaveArrived == false)
  }

  @Test func `what waits too long for a connection has surely not arrived`() throws {
    let server = try ScriptedSMTPServer([[.at(.end, .hang)]])
    defer { server.stop() }
    let all = try SMTPClient.run((0..<3).map { .mail($0) }, server) {
      ($0.connections, $0.timeout) = (1, .milliseconds(200))
    }
    #expect(all.map { $0.failure?.code } == [.timeout, .timeout, .timeout])
    #expect(all.map { $0.failure?.step } == [.endOfData, .connect, .connect])
    #expect(all.map { $0.failure?.mayHaveArrived } == [true, false, false] && server.log.mails.count == 1)
  }
}
