import HTTPTransfer
import TestSupport
import Testing

/// libcurl sends a request a second time, of its own accord and without a word, where a connection that it used before
/// ends without an answer. A message would arrive twice.
@Suite("A client whose connection ends under a request") struct ResendTests {
  private static let ok = ScriptedServer.Step.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

  /// One request that is answered, and one on the same connection.
  private func second(_ server: ScriptedServer) throws -> (outcome: HTTPOutcome, connections: Int) {
    defer { server.stop() }
    let outcomes = Outcomes()
    let client = try HTTPClient.client(outcomes)
    defer { client.stop(within: .zero) }
    client.submit([HTTPRequest(tag: 0, url: server.url, body: Array("first".utf8))])
    #expect(try outcomes.take(1)[0].response?.status == 200)
    client.submit([HTTPRequest(tag: 1, url: server.url, body: Array("second".utf8))])
    return (try outcomes.take(2)[1], client.counts.connectionsOpened)
  }

  @Test(arguments: [[ScriptedServer.Step.close], [.reset]])
  func `a request is sent once, and may have arrived`(end: [ScriptedServer.Step]) throws {
    let server = try ScriptedServer(inTurn: [[Self.ok], end, [Self.ok]])
    let (outcome, connections) = try second(server)
    #expect(outcome.error?.code == .connectionLost && outcome.error?.mayHaveArrived == true)
    #expect(server.received.count == 2 && connections == 1)
  }

  /// It would need no new one.
  @Test func `the same where another connection is free`() throws {
    let server = try ScriptedServer(inTurn: [[.until(2), Self.ok], [Self.ok], [.reset], [Self.ok]])
    defer { server.stop() }
    let outcomes = Outcomes()
    let client = try HTTPClient.client(outcomes)
    defer { client.stop(within: .zero) }
    client.submit((0..<2).map { HTTPRequest(tag: $0, url: server.url) })
    #expect(try outcomes.take(2).allSatisfy { $0.response?.status == 200 } && server.openConnections == 2)
    client.submit([HTTPRequest(tag: 2, url: server.url)])
    let error = try outcomes.take(3)[2].error
    #expect(error?.code == .connectionLost && error?.mayHaveArrived == true)
    #expect(server.received.count == 3 && client.counts.connectionsOpened == 2)
  }

  @Test(arguments: [[ScriptedServer.Step.closeDoor, .close], [.closeDoor, .reset]])
  func `it may have arrived also where nobody can be connected to afterwards`(end: [ScriptedServer.Step]) throws {
    let server = try ScriptedServer(inTurn: [[Self.ok], end])
    let error = try second(server).outcome.error
    #expect(error?.code == .connectionLost && error?.mayHaveArrived == true)
    #expect(server.received.count == 2)
  }

  @Test func `a connection that ended in between is not used, and another is`() throws {
    let server = try ScriptedServer(inTurn: [[Self.ok, .close], [Self.ok]])
    defer { server.stop() }
    let outcomes = Outcomes()
    let client = try HTTPClient.client(outcomes)
    defer { client.stop(within: .zero) }
    client.submit([HTTPRequest(tag: 0, url: server.url)])
    _ = try outcomes.take(1)
    try eventually("the server has closed it") { server.openConnections == 0 }
    client.submit([HTTPRequest(tag: 1, url: server.url)])
    #expect(try outcomes.take(2)[1].response?.status == 200)
    #expect(client.counts.connectionsOpened == 2)
  }
}
