import Foundation
import Glibc
import LocalServers
import Synchronization

/// A server of HTTP/1.1 on this machine that answers as a test tells it to.
final class SMSServer: Sendable {
  enum Answer: Sendable {
    case reply(Int, String)
    /// It reads the request and ends the connection.
    case hangUp
    /// It never answers.
    case silence
  }

  let port: UInt16
  private let descriptor: Int32
  private let connections = Mutex<[Int32]>([])
  private let bodies = Mutex<[String]>([])
  private let answer: @Sendable (String) -> Answer

  /// - Parameter answer: to a request's body.
  init(_ answer: @escaping @Sendable (String) -> Answer) throws {
    self.answer = answer
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { [descriptor] pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && listen(descriptor, 64) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    guard isBound else { throw LocalServerError(.system, "no port of 127.0.0.1 can be listened on") }
    port = UInt16(bigEndian: address.sin_port)
    Thread { [self] in accept() }.start()
  }

  var url: String { "http://127.0.0.1:\(port)" }
  /// Bodies as they came.
  var received: [String] { bodies.withLock { $0 } }

  func stop() {
    shutdown(descriptor, Int32(SHUT_RDWR))
    connections.withLock { for connection in $0 { shutdown(connection, Int32(SHUT_RDWR)) } }
  }

  static func stop(_ servers: SMSServer...) { for server in servers { server.stop() } }

  private func accept() {
    while true {
      let connection = Glibc.accept(descriptor, nil, nil)
      guard connection >= 0 else { break }
      connections.withLock { $0.append(connection) }
      Thread { [self] in
        serve(connection)
        connections.withLock {
          $0.removeAll { $0 == connection }
          close(connection)
        }
      }.start()
    }
    close(descriptor)
  }

  private func serve(_ connection: Int32) {
    while let body = read(connection) {
      bodies.withLock { $0.append(body) }
      switch answer(body) {
      case .reply(let status, let text):
        let head = "HTTP/1.1 \(status) X\r\nContent-Length: \(text.utf8.count)\r\n\r\n"
        let bytes = Array((head + text).utf8)
        guard send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { return }
      case .hangUp: return
      case .silence:
        var byte: UInt8 = 0
        while recv(connection, &byte, 1, 0) > 0 {}
        return
      }
    }
  }

  private func read(_ connection: Int32) -> String? {
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      all += buffer[..<count]
      let text = String(decoding: all, as: UTF8.self)
      guard let end = text.range(of: "\r\n\r\n") else { continue }
      let head = text[..<end.lowerBound].lowercased()
      let length = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
        .flatMap { Int($0.split(separator: ":")[1].drop { $0 == " " }) }
      if text[end.upperBound...].utf8.count >= length ?? 0 { return String(text[end.upperBound...]) }
    }
  }
}
