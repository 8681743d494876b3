import Glibc
import LocalServers
import Runtime
import Synchronization

/// FCM and Google's token endpoint at once, on 127.0.0.1 over HTTP/1.1: it answers by what a test tells it to.
final class FakeGoogle: Sendable {
  struct Request: Sendable {
    var path: String
    /// In small letters.
    var headers: [String: String]
    var body: String
  }

  struct Answer: Sendable {
    var status = 200
    var headers: [String: String] = [:]
    var body = "{}"
  }

  let port: UInt16
  private let descriptor: Int32
  private let answer: @Sendable (Request) -> Answer
  private let state = Mutex<(requests: [Request], connections: Set<Int32>)>(([], []))

  /// - Parameter answer: on a thread of its connection's; it may take its time.
  init(_ answer: @escaping @Sendable (Request) -> Answer) throws {
    self.answer = answer
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { [descriptor] pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && listen(descriptor, 64) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    guard isBound else { throw LocalServerError(.system, "no port of 127.0.0.1 can be listened on") }
    port = UInt16(bigEndian: address.sin_port)
    _ = OwnedThread(name: "google") { [self] in accept() }
  }

  var url: String { "http://127.0.0.1:\(port)" }
  var tokenRequests: [Request] { state.withLock { $0.requests.filter { $0.path == "/token" } } }
  var messages: [Request] { state.withLock { $0.requests.filter { $0.path != "/token" } } }

  func stop() {
    shutdown(descriptor, Int32(SHUT_RDWR))
    state.withLock { for connection in $0.connections { shutdown(connection, Int32(SHUT_RDWR)) } }
  }

  private func accept() {
    while true {
      let connection = Glibc.accept(descriptor, nil, nil)
      guard connection >= 0 else { break }
      state.withLock { _ = $0.connections.insert(connection) }
      _ = OwnedThread(name: "google-call") { [self] in
        serve(connection)
        state.withLock {
          $0.connections.remove(connection)
          close(connection)
        }
      }
    }
    close(descriptor)
  }

  private func serve(_ connection: Int32) {
    while let request = read(connection) {
      state.withLock { $0.requests.append(request) }
      let answer = answer(request)
      let headers = answer.headers.map { "\($0.key): \($0.value)\r\n" }.joined()
      let length = answer.body.utf8.count
      let text = "HTTP/1.1 \(answer.status) X\r\ncontent-length: \(length)\r\n\(headers)\r\n\(answer.body)"
      let bytes = Array(text.utf8)
      guard send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { return }
    }
  }

  private func read(_ connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    while true {
      var part = [UInt8](repeating: 0, count: 65_536)
      let count = recv(connection, &part, part.count, 0)
      guard count > 0 else { return nil }
      bytes += part[..<count]
      if let request = Self.request(String(decoding: bytes, as: UTF8.self)) { return request }
    }
  }

  /// Nil while it is not whole.
  private static func request(_ text: String) -> Request? {
    guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
    let lines = text[..<end.lowerBound].split(separator: "\r\n")
    let pairs = lines.dropFirst().map { line in
      let name = line.prefix { $0 != ":" }
      return (name.lowercased(), String(line.dropFirst(name.count + 1).drop { $0 == " " }))
    }
    let headers = Dictionary(pairs) { _, last in last }
    let body = String(text[end.upperBound...])
    guard body.utf8.count >= Int(headers["content-length"] ?? "0") ?? 0 else { return nil }
    return Request(path: String(lines[0].split(separator: " ")[1]), headers: headers, body: body)
  }
}
