import HTTPTransfer
import TestSupport
import Testing

@Suite("A client") struct ClientTests {
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  @Test(
    arguments: [
      ("ftp://127.0.0.1/", "POST", "a", "b"), ("file:///etc/passwd", "GET", "a", "b"),
      ("http://example.com/", "POST", "a", "b"), ("http://127.0.0.1.example.com/", "POST", "a", "b"),
      ("http://localhost@example.com/", "POST", "a", "b"), ("https://a b/", "POST", "a", "b"),
      ("https://a/\r\nHost: b", "POST", "a", "b"), ("https://a/", "PO ST", "a", "b"), ("https://a/", "", "a", "b"),
      ("https://a/", "POST", "a", "b\r\nc: d"), ("https://a/", "POST", "a\r\n", "b"), ("https://a/", "POST", "a:", "b"),
      ("https://a/", "POST", "", "b"), ("https://a/", "POST", "a", "\u{0}"), ("https://é/", "POST", "a", "b"),
    ])
  func `what must not be sent never reaches libcurl`(url: String, method: String, name: String, value: String) throws {
    let request = HTTPRequest(tag: 1, method: method, url: url, headers: [(name, value)])
    let error = try HTTPClient.run([request])[0].error
    #expect(error?.code == .invalidRequest && error?.mayHaveArrived == false)
  }

  @Test func `plain HTTP is for this machine alone, and only where it is allowed`() throws {
    let server = try ScriptedServer(.send(Self.ok))
    defer { server.stop() }
    let error = try HTTPClient.run([HTTPRequest(url: server.url)]) { $0.allowsLocalPlaintext = false }[0].error
    #expect(error?.code == .invalidRequest && server.received.isEmpty)
  }

  @Test func `a user in a URL is refused`() throws {
    let server = try ScriptedServer(.send(Self.ok))
    defer { server.stop() }
    let outcome = try HTTPClient.run([HTTPRequest(url: "http://localhost:\(server.port)/")])[0]
    #expect(outcome.response?.status == 200)
    let error = try HTTPClient.run([HTTPRequest(url: "https://user:secret@127.0.0.1:\(server.port)/")])[0].error
    #expect(error?.mayHaveArrived == false && error?.description.contains("secret") == false)
  }

  @Test func `methods, headers and bodies arrive as they were given`() throws {
    let server = try ScriptedServer(.send(Self.ok))
    defer { server.stop() }
    let requests = [
      HTTPRequest(tag: 1, method: "GET", url: server.url + "a?b=c", headers: [("X-One", "1")]),
      HTTPRequest(
        tag: 2, method: "PUT", url: server.url, headers: [("Content-Type", "text/plain")], body: [0x61, 0x0A]),
      HTTPRequest(tag: 3, method: "DELETE", url: server.url),
      HTTPRequest(tag: 4, url: server.url),
    ]
    for request in requests { #expect(try HTTPClient.run([request])[0].response?.body == Array("ok".utf8)) }
    let received = server.received
    #expect(received[0].hasPrefix("GET /a?b=c HTTP/1.1\r\n") && received[0].contains("\r\nX-One: 1\r\n"))
    #expect(received[1].hasPrefix("PUT / ") && received[1].contains("\r\nContent-Type: text/plain\r\n"))
    #expect(received[1].hasSuffix("\r\n\r\na\n"))
    #expect(received[2].hasPrefix("DELETE / ") && received[3].hasPrefix("POST / "))
    #expect(received[3].contains("Content-Length: 0\r\n"))
  }

  @Test func `over the queue's bounds requests come back, and none is lost`() throws {
    let server = try ScriptedServer(.hang)
    let outcomes = Outcomes()
    let client = try HTTPClient.client(outcomes) { ($0.queuedRequests, $0.connections, $0.streams) = (10, 1, 1) }
    client.submit((0..<50).map { HTTPRequest(tag: $0, url: server.url) })
    // One is in flight as soon as the thread has looked, and ten wait; the others are back already.
    let refused = try outcomes.take(39).filter { $0.error?.code == .queueFull }
    #expect(refused.count >= 39 && refused.count <= 40)
    client.stop(within: .zero)
    server.stop()
    let all = try outcomes.take(50)
    #expect(all.map(\.tag) == Array(0..<50))
    #expect(all.filter { $0.error?.code == .stopped }.allSatisfy { $0.error?.mayHaveArrived == false })
    #expect(all.filter { $0.error?.mayHaveArrived == true }.count <= 1)
    #expect(client.counts.queued == 0 && client.counts.inFlight == 0)
  }

  @Test func `a stop finishes what is in flight, and takes nothing afterwards`() throws {
    let server = try ScriptedServer(.send(Self.ok))
    defer { server.stop() }
    let outcomes = Outcomes()
    let client = try HTTPClient.client(outcomes)
    client.submit((0..<20).map { HTTPRequest(tag: $0, url: server.url) })
    client.stop(within: .seconds(30))
    #expect(try outcomes.take(20).allSatisfy { $0.response?.status == 200 })
    client.submit([HTTPRequest(tag: 99, url: server.url)])
    #expect(try outcomes.take(21).last?.error?.code == .stopped)
    client.stop(within: .zero)
  }
}
