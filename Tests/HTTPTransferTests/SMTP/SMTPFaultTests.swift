import HTTPTransfer
import LocalServers
import TestSupport
import Testing

/// Connections that end or hang at each step. The server counts what it got whole: that may be said to have arrived, and
/// nothing else.
@Suite("An SMTP connection that fails") struct SMTPFaultTests {
  struct Case: Sendable {
    var place: ScriptedSMTPServer.Place
    var step: SMTPFailure.Step
    /// Not the mail itself: it would be printed.
    var isLong = false
    var mail: SMTPMail { isLong ? .long(1) : .mail(1) }
  }

  static let steps = [
    Case(place: .mail, step: .mail), Case(place: .recipient, step: .recipient), Case(place: .data, step: .data),
    Case(place: .body, step: .data, isLong: true), Case(place: .end, step: .endOfData),
  ]
  static let first = [Case(place: .greeting, step: .greeting), Case(place: .hello, step: .greeting)] + steps

  @Test(arguments: first, [ScriptedSMTPServer.Action.close, .reset])
  func `that ends under the first mail has not got it, except after its end`(
    fault: Case, action: ScriptedSMTPServer.Action
  ) throws {
    let server = try ScriptedSMTPServer([[.at(fault.place, action)], []])
    defer { server.stop() }
    let failure = try #require(try SMTPClient.run([fault.mail], server)[0].failure)
    // A reset may come before libcurl has seen the connection.
    let isUnseen = fault.place == .greeting && failure.code == .cannotConnect && failure.step == .connect
    #expect(isUnseen || failure.code == .connectionLost && failure.step == fault.step)
    #expect(failure.replyCode == nil)
    #expect(failure.mayHaveArrived == (fault.place == .end))
    #expect(server.log.mails.count == (fault.place == .end ? 1 : 0) && server.log.connections == 1)
  }

  /// Once only: on a new connection the server does the same.
  @Test(arguments: steps, [ScriptedSMTPServer.Action.close, .reset])
  func `that ends under a later mail is replaced once, except after the mail's end`(
    fault: Case, action: ScriptedSMTPServer.Action
  ) throws {
    let mended = try ScriptedSMTPServer([[.at(fault.place, nth: 2, action)], []])
    defer { mended.stop() }
    let all = try SMTPClient.runInTurn([.mail(0), fault.mail], mended)
    let isArrived = fault.place == .end
    #expect(all[0].receipt != nil && (all[1].receipt != nil) == !isArrived)
    #expect((all[1].failure?.mayHaveArrived ?? false) == isArrived)
    #expect(mended.log.mails.map(\.to) == ["user0@example.org", "user1@example.org"])
    #expect(mended.log.connections == (isArrived ? 1 : 2))
  }

  @Test func `that ends twice under a mail is not replaced again`() throws {
    let server = try ScriptedSMTPServer([[.at(.mail, nth: 2, .close)], [.at(.mail, .close)], []])
    defer { server.stop() }
    let all = try SMTPClient.runInTurn([.mail(0), .mail(1)], server)
    #expect(all[1].failure?.code == .connectionLost && all[1].failure?.mayHaveArrived == false)
    #expect(server.log.mails.count == 1 && server.log.connections == 2)
  }

  @Test(arguments: [true, false])
  func `that the server gives up between two mails is replaced`(closes: Bool) throws {
    let server = try ScriptedSMTPServer([[.at(.end, .goodbye("421 4.4.2 idle", closes: closes))], []])
    defer { server.stop() }
    let all = try SMTPClient.runInTurn([.mail(0), .mail(1)], server)
    #expect(all.allSatisfy { $0.receipt != nil } && server.log.mails.count == 2 && server.log.connections == 2)
  }

  @Test func `is closed here as soon as the server goes`() throws {
    let server = try ScriptedSMTPServer([[.at(.end, .goodbye("421 4.4.2 idle", closes: true))], []])
    defer { server.stop() }
    let outcomes = SMTPOutcomes()
    let client = try SMTPClient.client(server, outcomes)
    defer { client.stop(within: .zero) }
    client.submit([.mail(0)])
    #expect(try outcomes.take(1)[0].receipt != nil)
    try eventually("it is closed") { client.counts.connections == 0 }
  }

  /// The server refuses the second mail's sender by 421: the connection was too old, and the mail has nothing to do with
  /// it.
  @Test func `that answers 421 to a later mail is replaced`() throws {
    let server = try ScriptedSMTPServer([[.at(.mail, nth: 2, .reply("421 4.4.2 too long"))], []])
    defer { server.stop() }
    let all = try SMTPClient.runInTurn([.mail(0), .mail(1)], server)
    #expect(all.allSatisfy { $0.receipt != nil } && server.log.mails.count == 2 && server.log.connections == 2)
  }

  @Test(arguments: first)
  func `that hangs is given up in time`(fault: Case) throws {
    let server = try ScriptedSMTPServer([[.at(fault.place, .hang)], []])
    defer { server.stop() }
    let failure = try SMTPClient.run([fault.mail], server) { $0.timeout = .milliseconds(300) }[0].failure
    #expect(failure?.code == .timeout && failure?.step == fault.step)
    #expect(failure?.mayHaveArrived == (fault.place == .end))
    #expect(server.log.mails.count == (fault.place == .end ? 1 : 0) && server.log.connections == 1)
  }

  /// It may still have been alive.
  @Test func `that hangs under a later mail is not replaced`() throws {
    let server = try ScriptedSMTPServer([[.at(.mail, nth: 2, .hang)], []])
    defer { server.stop() }
    let all = try SMTPClient.runInTurn([.mail(0), .mail(1), .mail(2)], server) { $0.timeout = .milliseconds(300) }
    #expect(all.map { $0.failure?.code } == [nil, .timeout, nil] && server.log.mails.count == 2)
  }

  /// libcurl keeps the connection. An answer that comes late must not be taken for one to the next mail.
  @Test func `that answers too late to the end of a mail is not used for the next`() throws {
    let server = try ScriptedSMTPServer([[.at(.end, .late(milliseconds: 400))], []])
    defer { server.stop() }
    let all = try SMTPClient.runInTurn([.mail(0), .mail(1)], server) { $0.timeout = .milliseconds(300) }
    #expect(all[0].failure?.code == .timeout && all[0].failure?.mayHaveArrived == true)
    #expect(all[1].receipt != nil && server.log.mails.count == 2 && server.log.connections == 2)
  }

  @Test(arguments: [ScriptedSMTPServer.Place.greeting, .hello])
  func `that does not come about is given up earlier`(place: ScriptedSMTPServer.Place) throws {
    let server = try ScriptedSMTPServer([[.at(place, .hang)], []])
    defer { server.stop() }
    let failure = try SMTPClient.run([.mail(0)], server) {
      ($0.connectTimeout, $0.timeout) = (.milliseconds(100), .seconds(3_600))
    }[0].failure
    #expect(failure?.code == .timeout && failure?.step == .greeting && failure?.mayHaveArrived == false)
  }

  /// libcurl closes such a socket without a word.
  @Test func `that is not taken is given up in time, and is none afterwards`() throws {
    let port = try FullPort()
    let outcomes = SMTPOutcomes()
    var settings = SMTPClientSettings(host: "127.0.0.1", port: port.number, security: .plain)
    settings.connectTimeout = .milliseconds(200)
    let client = try SMTPClient(settings) { outcomes.add($0) }
    defer { client.stop(within: .zero) }
    client.submit([.mail(0)])
    let failure = try outcomes.take(1)[0].failure
    #expect(failure?.code == .timeout && failure?.step == .connect && failure?.mayHaveArrived == false)
    #expect(client.counts.connectionsOpened == 1 && client.counts.connections == 0)
  }

  @Test func `that is refused sends nothing`() throws {
    let server = try ScriptedSMTPServer()
    server.stop()
    let failure = try SMTPClient.run([.mail(0)], server)[0].failure
    #expect(failure?.code == .cannotConnect && failure?.step == .connect && failure?.mayHaveArrived == false)
  }

  @Test func `that is slow takes its time`() throws {
    let places: [ScriptedSMTPServer.Place] = [.greeting, .hello, .mail, .recipient, .data, .end]
    let server = try ScriptedSMTPServer([places.map { .at($0, .late(milliseconds: 30)) }])
    defer { server.stop() }
    let all = try SMTPClient.run((0..<12).map { .mail($0) }, server) { $0.connections = 3 }
    #expect(all.allSatisfy { $0.receipt != nil } && server.log.mails.count == 12)
  }

  /// Many mails, many ways to fail: each comes back once, and the server has each once at most.
  @Test func `loses and doubles no mail`() throws {
    let places: [ScriptedSMTPServer.Place] = [.greeting, .hello, .mail, .recipient, .data, .end]
    var rules: [[ScriptedSMTPServer.Rule]] = []
    for place in places {
      for (nth, action) in [
        (1, ScriptedSMTPServer.Action.close), (2, .reset), (3, .reply("421 bye")), (2, .reply("550")),
      ] {
        rules.append([.at(place, nth: nth, action)])
      }
    }
    let server = try ScriptedSMTPServer(rules + [[]])
    defer { server.stop() }
    let all = try SMTPClient.run((0..<300).map { .mail($0) }, server) { $0.connections = 8 }
    #expect(all.map(\.tag) == Array(0..<300))
    let counts = Dictionary(server.log.mails.map { ($0.to, 1) }, uniquingKeysWith: +)
    for outcome in all {
      let count = counts["user\(outcome.tag)@example.org"] ?? 0
      let wasWhole = outcome.failure?.step == .endOfData
      #expect(count == (outcome.receipt != nil || wasWhole ? 1 : 0))
      #expect(outcome.failure?.mayHaveArrived != true || wasWhole)
    }
    #expect(all.filter { $0.receipt != nil }.count >= 270)
  }
}
