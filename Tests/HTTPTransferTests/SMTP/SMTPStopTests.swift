import HTTPTransfer
import TestSupport
import Testing

@Suite("An SMTP client that is stopped") struct SMTPStopTests {
  @Test func `sends what waits, ends its connections, and takes nothing afterwards`() throws {
    let server = try ScriptedSMTPServer()
    defer { server.stop() }
    let outcomes = SMTPOutcomes()
    let client = try SMTPClient.client(server, outcomes) { $0.connections = 2 }
    client.submit((0..<50).map { .mail($0) })
    client.stop(within: .seconds(60))
    #expect(outcomes.count == 50)
    #expect(try outcomes.take(50).allSatisfy { $0.receipt != nil } && server.log.mails.count == 50)
    client.submit([.mail(50)])
    #expect(try outcomes.take(51)[50].failure?.code == .stopped)
    client.stop(within: .zero)
    try eventually("all are closed") { server.openConnections == 0 }
    #expect(client.counts.connections == 0 && server.log.commands.filter { $0 == "QUIT" }.count == 2)
  }

  @Test func `without ever having sent is stopped at once`() throws {
    let server = try ScriptedSMTPServer()
    defer { server.stop() }
    let client = try SMTPClient.client(server, SMTPOutcomes())
    client.stop(within: .seconds(3_600))
    client.stop(within: .seconds(3_600))
    #expect(server.log.connections == 0)
  }

  @Test(arguments: SMTPFaultTests.first)
  func `cuts off what is in flight when the time is over`(fault: SMTPFaultTests.Case) throws {
    let server = try ScriptedSMTPServer([[.at(fault.place, .hang)], []])
    defer { server.stop() }
    let outcomes = SMTPOutcomes()
    let client = try SMTPClient.client(server, outcomes) {
      ($0.connections, $0.timeout, $0.connectTimeout) = (1, .seconds(3_600), .seconds(3_600))
    }
    client.submit([fault.mail, .mail(2)])
    try eventually("it is on its way") { server.log.connections == 1 && client.counts.inFlight == 1 }
    if fault.place == .end { try eventually("it has arrived") { server.log.mails.count == 1 } }
    client.stop(within: .milliseconds(1))
    let all = try outcomes.take(2)
    #expect(outcomes.count == 2 && all.allSatisfy { $0.failure?.code == .stopped })
    #expect(all[0].failure?.mayHaveArrived == (fault.place == .end) && all[1].failure?.mayHaveArrived == false)
    #expect(server.log.connections == 1)
    #expect(client.counts == Self.nothing(opened: 1))
  }

  private static func nothing(opened: Int) -> SMTPClientCounts {
    var counts = SMTPClientCounts()
    counts.connectionsOpened = opened
    return counts
  }

  @Test func `at once says what surely arrived, or may have`() throws {
    let server = try ScriptedSMTPServer()
    defer { server.stop() }
    let outcomes = SMTPOutcomes()
    let client = try SMTPClient.client(server, outcomes) { $0.connections = 4 }
    client.submit((0..<1_000).map { .mail($0) })
    _ = try outcomes.take(20)
    client.stop(within: .zero)
    let all = try outcomes.take(1_000)
    #expect(outcomes.count == 1_000 && all.map(\.tag) == Array(0..<1_000))
    // The server's threads may still be at it.
    try eventually("the server has seen all") { server.openConnections == 0 }
    let arrived = Set(server.log.mails.map(\.to))
    #expect(arrived.count == server.log.mails.count)
    for outcome in all {
      let has = arrived.contains("user\(outcome.tag)@example.org")
      #expect(outcome.receipt == nil || has)
      #expect(!has || outcome.receipt != nil || outcome.failure?.mayHaveArrived == true)
    }
  }
}
