import Foundation
import HTTPTransfer
import Runtime
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
      ("https://a@b/", "POST", "a", "b"), ("https://a:b@c", "POST", "a", "b"), ("https://a\\@b/", "POST", "a", "b"),
      ("http://127.0.0.1:80@example.com/", "POST", "a", "b"),
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
    #expect(error?.code == .invalidRequest && error?.mayHaveArrived == false)
    #expect(error?.description.contains("secret") == false)
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

  @Test func `bytes that wait are bounded, too`() throws {
    let server = try ScriptedServer(.hang)
    defer { server.stop() }
    let outcomes = Outcomes()
    let client = try HTTPClient.client(outcomes) { $0.queuedBytes = 10_000 }
    defer { client.stop(within: .zero) }
    client.submit([HTTPRequest(tag: 1, url: server.url, body: Array(repeating: 0, count: 10_000))])
    let error = try outcomes.take(1)[0].error
    #expect(error?.code == .queueFull && error?.mayHaveArrived == false && client.counts.queued == 0)
  }

  @Test func `what waits too long for a connection has surely not arrived`() throws {
    let server = try ScriptedServer(.hang)
    defer { server.stop() }
    let outcomes = Outcomes()
    let client = try HTTPClient.client(outcomes) { ($0.connections, $0.streams) = (1, 1) }
    defer { client.stop(within: .zero) }
    client.submit([HTTPRequest(tag: 0, url: server.url)])
    try eventually("the server has the first") { server.received.count == 1 }
    client.submit([HTTPRequest(tag: 1, url: server.url, timeout: .milliseconds(50))])
    let error = try outcomes.take(1)[0].error
    #expect(error?.code == .timeout && error?.mayHaveArrived == false)
    #expect(client.counts.queued == 0 && client.counts.inFlight == 1)
  }

  @Test func `an answer that does not come holds up no other request`() throws {
    let server = try ScriptedServer(inTurn: [[.hang], [.send(Self.ok)]])
    defer { server.stop() }
    let outcomes = Outcomes()
    let client = try HTTPClient.client(outcomes)
    defer { client.stop(within: .zero) }
    client.submit([HTTPRequest(tag: 0, url: server.url)])
    try eventually("the server has the first") { server.received.count == 1 }
    client.submit([HTTPRequest(tag: 1, url: server.url)])
    #expect(try outcomes.take(1)[0].response?.status == 200)
  }

  @Test func `all hosts together get no more than there is room for`() throws {
    let servers = try (0..<4).map { _ in try ScriptedServer(.hang) }
    defer { for server in servers { server.stop() } }
    let outcomes = Outcomes()
    let client = try HTTPClient.client(outcomes) { ($0.connections, $0.streams) = (1, 3) }
    client.submit(servers.indices.map { HTTPRequest(tag: UInt64($0), url: servers[$0].url) })
    try eventually("three have one") { servers.filter { !$0.received.isEmpty }.count == 3 }
    #expect(client.counts.inFlight == 3 && client.counts.queued == 1)
    client.stop(within: .zero)
    #expect(try outcomes.take(4).filter { $0.error?.mayHaveArrived == false }.count == 1)
  }

  @Test func `one request can be waited for, and goes nowhere else`() async throws {
    let server = try ScriptedServer(.send(Self.ok))
    defer { server.stop() }
    let outcomes = Outcomes()
    let client = try HTTPClient.client(outcomes)
    let one = await client.send(HTTPRequest(tag: 5, url: server.url))
    #expect(one.tag == 5 && one.response?.status == 200)
    let refused = await client.send(HTTPRequest(tag: 6, url: "ftp://a/"))
    #expect(refused.tag == 6 && refused.error?.code == .invalidRequest)
    client.stop(within: .zero)
    let late = await client.send(HTTPRequest(tag: 7, url: server.url))
    #expect(late.error?.code == .stopped && outcomes.count == 0)
  }

  @Test func `who waits for one request gets it at the stop`() async throws {
    let server = try ScriptedServer(.hang)
    defer { server.stop() }
    let client = try HTTPClient.client(Outcomes())
    // Other tests may block all the threads that tasks share.
    let one = Task(executorPreference: ThreadExecutor(name: "test")) {
      await client.send(HTTPRequest(tag: 1, url: server.url))
    }
    try eventually("the server has it") { server.received.count == 1 }
    client.stop(within: .zero)
    let error = await one.value.error
    #expect(error?.code == .connectionLost && error?.mayHaveArrived == true)
  }

  @Test func `a handle that was used forgets the last request`() async throws {
    let server = try ScriptedServer(.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    defer { server.stop() }
    let client = try HTTPClient.client(Outcomes())
    defer { client.stop(within: .zero) }
    let requests = [("PUT", "b"), ("HEAD", ""), ("POST", "b"), ("GET", ""), ("HEAD", ""), ("GET", ""), ("PATCH", "")]
    for (method, body) in requests {
      let headers = [(name: "X-\(method)", value: "1")]
      let outcome = await client.send(
        HTTPRequest(method: method, url: server.url, headers: headers, body: Array(body.utf8)))
      #expect(outcome.response == HTTPResponse(status: 200))
    }
    for ((method, body), text) in zip(requests, server.received) {
      #expect(text.hasPrefix("\(method) / ") && text.hasSuffix("\r\n\r\n" + body))
      #expect(text.components(separatedBy: "\r\nX-").count == 2 && text.contains("\r\nX-\(method): 1\r\n"))
    }
    #expect(server.received.count == requests.count && client.counts.connectionsOpened == 1)
  }

  /// libcurl would do so from a megabyte on.
  @Test func `a long body waits for nobody's leave`() throws {
    let server = try ScriptedServer(.send(Self.ok))
    defer { server.stop() }
    let body = [UInt8](repeating: 0x61, count: (1 << 20) + 1)
    #expect(try HTTPClient.run([HTTPRequest(url: server.url, body: body)])[0].response?.status == 200)
    #expect(!server.received[0].prefix(500).contains("Expect:"))
    #expect(server.received[0].utf8.count > body.count)
  }

  /// libcurl closes their sockets without a word.
  @Test func `connections that never came to be are not counted as open`() throws {
    let port = try FullPort()
    let outcomes = Outcomes()
    let client = try HTTPClient.client(outcomes) { $0.connectTimeout = .milliseconds(100) }
    defer { client.stop(within: .zero) }
    client.submit((0..<3).map { HTTPRequest(tag: $0, url: "http://127.0.0.1:\(port.number)/") })
    let errors = try outcomes.take(3).map(\.error)
    #expect(errors.allSatisfy { $0?.code == .timeout && $0?.mayHaveArrived == false })
    #expect(client.counts.connections == 0 && client.counts.connectionsOpened >= 1)
  }

  @Test func `no connections and no streams are no setting`() {
    for change in [{ $0.connections = 0 }, { $0.streams = 0 }] as [(inout HTTPClientSettings) -> Void] {
      #expect(throws: HTTPTransferError.self) { try HTTPClient.client(Outcomes(), change) }
    }
  }

  @Test func `HEAD has no body, and an empty header arrives`() throws {
    let server = try ScriptedServer(.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"))
    defer { server.stop() }
    let head = HTTPRequest(method: "HEAD", url: server.url, headers: [("X-Empty", ""), ("X-One", "1")])
    let response = try HTTPClient.run([head])[0].response
    #expect(response == HTTPResponse(status: 200))
    #expect(server.received[0].hasPrefix("HEAD / HTTP/1.1\r\n"))
    #expect(server.received[0].contains("\r\nX-Empty:") && server.received[0].contains("\r\nX-One: 1\r\n"))
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
