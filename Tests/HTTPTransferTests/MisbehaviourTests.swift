import HTTPTransfer
import TestSupport
import Testing

/// Servers that do not do as they should.
@Suite("A client beside servers that misbehave") struct MisbehaviourTests {
  private func outcome(
    _ server: ScriptedServer, _ change: (inout HTTPClientSettings) -> Void = { _ in }
  ) throws -> HTTPOutcome {
    defer { server.stop() }
    return try HTTPClient.run([HTTPRequest(tag: 7, url: server.url, body: Array("hello".utf8))], change)[0]
  }

  @Test func `a sound answer comes with its status, body and the headers that were asked for`() throws {
    let server = try ScriptedServer(
      .send("HTTP/1.1 429 Too Many\r\nRetry-After:  12 \r\nX-Other: a\r\nContent-Length: 3\r\n\r\nabc"))
    let outcome = try outcome(server)
    #expect(outcome.tag == 7)
    #expect(outcome.response == HTTPResponse(status: 429, headers: ["retry-after": "12"], body: Array("abc".utf8)))
    #expect(server.received.count == 1 && server.received[0].hasPrefix("POST / HTTP/1.1\r\n"))
    #expect(server.received[0].hasSuffix("\r\n\r\nhello") && !server.received[0].contains("Expect:"))
  }

  @Test func `a body that is cut is told with its status`() throws {
    let response = try outcome(ScriptedServer(.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"), .close))
      .response
    #expect(response?.status == 200 && response?.isTruncated == true && response?.body == Array("abc".utf8))
  }

  @Test func `a body without end is cut at the limit`() throws {
    let server = try ScriptedServer(.send("HTTP/1.1 200 OK\r\n\r\n"), .fill(8 << 20), .hang)
    let response = try outcome(server) { $0.bodyLimit = 1_000 }.response
    #expect(response?.status == 200 && response?.isTruncated == true && response?.body.count == 1_000)
  }

  @Test func `headers without end are no answer`() throws {
    let server = try ScriptedServer(.send("HTTP/1.1 200 OK\r\nX: "), .fill(50_000), .send("\r\n\r\n"), .hang)
    let outcome = try outcome(server) { $0.headerLimit = 10_000 }
    // The status came before them.
    #expect(outcome.response?.isTruncated == true || outcome.error?.mayHaveArrived == true)
  }

  @Test(arguments: ["X-Name: value\r\n", "X-Name: value\r\n folded"])
  func `as many of them as the server likes are cut at the limit`(text: String) throws {
    let outcome = try outcome(ScriptedServer(.send("HTTP/1.1 200 OK\r\n"), .forever(text))) { $0.headerLimit = 10_000 }
    #expect(outcome.response == HTTPResponse(status: 200, isTruncated: true))
  }

  @Test func `a body that stands still is given up before the time is over`() throws {
    let server = try ScriptedServer(.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"), .hang)
    let response = try outcome(server) { $0.stallTimeout = .seconds(1) }.response
    #expect(response == HTTPResponse(status: 200, body: Array("abc".utf8), isTruncated: true))
  }

  @Test func `a connection that ends before the answer may have done what was asked`() throws {
    let error = try outcome(ScriptedServer(.close)).error
    #expect(error?.code == .connectionLost && error?.mayHaveArrived == true)
  }

  @Test(arguments: ["garbage\r\n\r\n", "\u{0}\u{1}\u{2}", "SSH-2.0-OpenSSH\r\n", "HTTP/0.9 hello"])
  func `what is no HTTP is no answer`(text: String) throws {
    let error = try outcome(ScriptedServer(.send(text), .close)).error
    #expect(error?.mayHaveArrived == true, "\(text.debugDescription)")
  }

  @Test func `no answer in time may have done what was asked`() throws {
    let error = try outcome(ScriptedServer(.hang)) { $0.timeout = .milliseconds(200) }.error
    #expect(error?.code == .timeout && error?.mayHaveArrived == true)
  }

  @Test func `an answer that trickles is given up, with the status that it had`() throws {
    let server = try ScriptedServer(.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"), .trickle)
    let response = try outcome(server) { $0.timeout = .milliseconds(400) }.response
    #expect(response?.status == 200 && response?.isTruncated == true)
  }

  @Test func `where it points to is not followed, and what is packed is not unpacked`() throws {
    let target = try ScriptedServer(.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    defer { target.stop() }
    let moved = try ScriptedServer(
      .send("HTTP/1.1 302 Found\r\nLocation: \(target.url)\r\nContent-Length: 0\r\n\r\n"))
    #expect(try outcome(moved).response?.status == 302 && target.received.isEmpty)
    let packed = try ScriptedServer(
      .send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"))
    #expect(try outcome(packed).response?.body == Array("abc".utf8))
    #expect(!packed.received[0].lowercased().contains("accept-encoding"))
  }

  @Test func `where nobody listens and what is no host has surely not arrived`() throws {
    let closed = try ClosedPort()
    let outcomes = try HTTPClient.run([
      HTTPRequest(tag: 1, url: "http://127.0.0.1:\(closed.number)/"),
      HTTPRequest(tag: 2, url: "https://host.invalid/"),
    ])
    #expect(outcomes.map { $0.error?.code } == [.cannotConnect, .unknownHost])
    #expect(outcomes.allSatisfy { $0.error?.mayHaveArrived == false })
  }

  @Test func `plain text where TLS is expected has surely not arrived`() throws {
    let server = try ScriptedServer(.send("HTTP/1.1 200 OK\r\n\r\n"), .close)
    defer { server.stop() }
    let outcome = try HTTPClient.run([HTTPRequest(url: "https://127.0.0.1:\(server.port)/", timeout: .seconds(2))])[0]
    #expect(outcome.error?.mayHaveArrived == false)
  }

  @Test func `TLS that is not answered has surely not arrived`() throws {
    let server = try ScriptedServer(.hang)
    defer { server.stop() }
    let outcome = try HTTPClient.run([HTTPRequest(url: "https://127.0.0.1:\(server.port)/")]) {
      $0.connectTimeout = .milliseconds(200)
    }[0]
    #expect(outcome.error?.code == .timeout && outcome.error?.mayHaveArrived == false)
  }

  @Test func `a guarded client calls no address of this network`() throws {
    let server = try ScriptedServer(.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    let error = try outcome(server) { $0.isGuarded = true }.error
    #expect(error?.code == .forbiddenAddress && server.received.isEmpty)
    let six = try HTTPClient.run([HTTPRequest(url: "http://[::1]:\(server.port)/")]) { $0.isGuarded = true }
    #expect(six[0].error?.code == .forbiddenAddress)
  }
}
