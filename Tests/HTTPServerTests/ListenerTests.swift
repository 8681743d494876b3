import Glibc
import HTTPServer
import Synchronization
import TestSupport
import Testing

@Suite struct ListenerTests {
  private let seen = Seen()
  private let listener: HTTPListener

  final class Seen: Sendable {
    private let requests = Mutex<[HTTPRequest]>([])
    func add(_ request: HTTPRequest) { requests.withLock { $0.append(request) } }
    var paths: [String] { requests.withLock { $0.map(\.path) } }
  }

  init() throws {
    listener = try HTTPListener(try ListenAddress("127.0.0.1:0")) { [seen] request in
      seen.add(request)
      if request.path == "/big" { return HTTPResponse(body: String(repeating: "b", count: 3_000_000)) }
      return request.path == "/" ? HTTPResponse(body: "봉수\n") : HTTPResponse(status: 404, body: "not here\n")
    }
  }

  private func ask(_ request: String) throws -> String {
    let client = try RawClient(port: listener.port)
    client.send(request)
    return client.readAll()
  }

  private func ask(_ method: String, _ path: String) throws -> String {
    try ask("\(method) \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
  }

  @Test func `GET is answered with type, length in bytes and body`() throws {
    let answer = try ask("GET", "/")
    #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(answer.contains("\r\nContent-Type: text/plain; charset=utf-8\r\n"))
    #expect(answer.contains("\r\nContent-Length: 7\r\n"))
    #expect(answer.hasSuffix("\r\n\r\n봉수\n"))
  }

  @Test func `HEAD is the same without the body`() throws {
    let answer = try ask("HEAD", "/")
    #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(answer.contains("\r\nContent-Length: 7\r\n"))
    #expect(answer.hasSuffix("\r\n\r\n"))
  }

  @Test func `the handler's status is passed on`() throws {
    #expect(try ask("GET", "/nowhere").hasPrefix("HTTP/1.1 404 "))
  }

  @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS", "get", "BREW"])
  func `other methods are refused with those that are allowed`(method: String) throws {
    let answer = try ask(method, "/")
    #expect(answer.hasPrefix("HTTP/1.1 405 "))
    #expect(answer.contains("\r\nAllow: GET, HEAD\r\n"))
    #expect(seen.paths.isEmpty)
  }

  @Test func `the query is no part of the path, escapes are resolved`() throws {
    _ = try ask("GET", "/a%20b%2Fc?x=1")
    _ = try ask("GET", "/%EB%B4%89")
    _ = try ask("GET", "/?")
    #expect(seen.paths == ["/a b/c", "/봉", "/"])
  }

  @Test func `bytes that are not UTF-8 and half an escape do no harm`() throws {
    let client = try RawClient(port: listener.port)
    client.send(Array("GET /".utf8) + [0xff, 0xfe] + Array(" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8))
    #expect(client.readAll().hasPrefix("HTTP/1.1 404 "))
    #expect(try ask("GET", "/%zz%2").hasPrefix("HTTP/1.1 404 "))
    #expect(seen.paths == ["/\u{FFFD}\u{FFFD}", "/%zz%2"])
  }

  @Test func `requests sent at once are answered one after the other`() throws {
    let client = try RawClient(port: listener.port)
    let request = "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n"
    client.send(String(repeating: request, count: 20) + "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    let answer = client.readAll()
    #expect(answer.components(of: "HTTP/1.1 404 ") == 20)
    #expect(answer.components(of: "HTTP/1.1 200 ") == 1)
  }

  @Test func `a connection serves one request after the other`() throws {
    let client = try RawClient(port: listener.port)
    for _ in 0..<3 {
      client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(client.read { $0.hasSuffix("봉수\n") }.hasPrefix("HTTP/1.1 200 "))
      client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(client.read { $0.hasSuffix("\r\n\r\n") }.hasPrefix("HTTP/1.1 200 "))
    }
  }

  @Test func `a body with GET ends the connection and no other`() throws {
    let client = try RawClient(port: listener.port)
    client.send("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nabc")
    #expect(client.readAll().isEmpty)
    #expect(try ask("GET", "/").hasPrefix("HTTP/1.1 200 "))
  }

  @Test func `an answer of megabytes arrives whole`() throws {
    #expect(try ask("GET", "/big").hasSuffix("\r\n\r\n" + String(repeating: "b", count: 3_000_000)))
  }

  @Test(arguments: [100_000, 3_000_000])
  func `a request line that is too long is refused`(length: Int) throws {
    let answer = try ask("GET", "/" + String(repeating: "a", count: length))
    #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"))
    #expect(seen.paths.isEmpty)
    #expect(try ask("GET", "/").hasPrefix("HTTP/1.1 200 "))
  }

  @Test func `headers that are too large are refused`() throws {
    let header = "X-Padding: \(String(repeating: "a", count: 1_000))\r\n"
    let answer = try ask("GET / HTTP/1.1\r\nHost: x\r\n\(String(repeating: header, count: 100))\r\n")
    #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"))
    #expect(seen.paths.isEmpty)
    #expect(try ask("GET", "/").hasPrefix("HTTP/1.1 200 "))
  }

  @Test func `a body is refused without being read`() throws {
    let client = try RawClient(port: listener.port)
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n")
    let answer = client.readAll()
    #expect(answer.hasPrefix("HTTP/1.1 405 "))
    #expect(answer.hasSuffix("only GET and HEAD\n"))
  }

  @Test(arguments: [
    "\r\n\r\n", "hello\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\0\u{1}",
  ])
  func `what is not HTTP does not disturb the next one`(text: String) throws {
    let client = try RawClient(port: listener.port)
    client.send(text)
    client.finish()
    #expect(try ask("GET", "/").hasPrefix("HTTP/1.1 200 "))
    listener.stop()
    #expect(!client.readAll().hasPrefix("HTTP/1.1 200 "))
  }

  @Test func `a client that is slow does not hold up another`() throws {
    let slow = try RawClient(port: listener.port)
    slow.send("GET / HT")
    #expect(try ask("GET", "/").hasPrefix("HTTP/1.1 200 "))
    slow.send("TP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    #expect(slow.readAll().hasPrefix("HTTP/1.1 200 "))
  }

  @Test func `one client after another is answered when more come than are taken at once`() throws {
    let clients = try (0..<100).map { _ in try RawClient(port: listener.port) }
    for client in clients { client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") }
    #expect(clients.allSatisfy { $0.readAll().hasPrefix("HTTP/1.1 200 ") })
  }
}

@Suite struct ListenerLifeTests {
  private static func listen(_ text: String) throws -> HTTPListener {
    try HTTPListener(try ListenAddress(text)) { _ in HTTPResponse(body: "here\n") }
  }

  @Test func `port 0 takes free ones`() throws {
    let (first, second) = (try Self.listen("127.0.0.1:0"), try Self.listen("127.0.0.1:0"))
    #expect(first.port > 0)
    #expect(first.port != second.port)
  }

  @Test func `a port that is taken is named, with what to do`() throws {
    let first = try Self.listen("127.0.0.1:0")
    let error = #expect(throws: HTTPServerError.self) { try Self.listen("127.0.0.1:\(first.port)") }
    #expect(
      error?.description
        == "cannot listen on 127.0.0.1:\(first.port) (Address already in use); choose another with --listen HOST:PORT")
  }

  @Test func `an address of another machine is refused`() {
    let error = #expect(throws: HTTPServerError.self) { try Self.listen("192.0.2.1:0") }
    #expect(error?.description.contains("Cannot assign requested address") == true)
  }

  @Test(.enabled(if: ListenerLifeTests.hasVersion6, "this machine has no IPv6"))
  func `an IPv6 address is listened on`() throws {
    let listener = try Self.listen("[::1]:0")
    let client = try RawClient(port: listener.port, isVersion6: true)
    client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    #expect(client.readAll().hasSuffix("here\n"))
  }

  private static let hasVersion6 = access("/proc/net/if_inet6", F_OK) == 0

  @Test func `a stop ends open connections and frees the port`() throws {
    let listener = try Self.listen("127.0.0.1:0")
    let port = listener.port
    let client = try RawClient(port: port)
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(client.read { $0.hasSuffix("here\n") }.hasPrefix("HTTP/1.1 200 "))
    let waiting = try RawClient(port: port)
    waiting.send("GET / HT")
    listener.stop()
    listener.stop()
    #expect(client.readAll().isEmpty)
    #expect(waiting.readAll().isEmpty)
    let error = #expect(throws: RawClient.Refused.self) { try RawClient(port: port) }
    #expect(error?.code == ECONNREFUSED)
    #expect(try Self.listen("127.0.0.1:\(port)").port == port)
  }

  @Test func `the last reference ends it`() throws {
    let port = try Self.listen("127.0.0.1:0").port
    let error = #expect(throws: RawClient.Refused.self) { try RawClient(port: port) }
    #expect(error?.code == ECONNREFUSED)
  }
}

extension String {
  fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
