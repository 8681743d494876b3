import Foundation
import Glibc
import LocalServers
import Synchronization
import TestSupport

/// A server of HTTP/1.1 on this machine that answers each request with what a test tells it to, well or ill.
final class ScriptedServer: Sendable {
  enum Step: Sendable {
    case send(String)
    /// So many bytes of nothing.
    case fill(Int)
    /// Again and again, as long as the client takes it.
    case forever(String)
    /// Waits until there are so many requests.
    case until(Int)
    case close
    /// As a process that dies: what is under way is thrown away.
    case reset
    /// Nobody can connect any more; what stands, stays.
    case closeDoor
    /// Nothing more, until the server is stopped.
    case hang
    /// A byte of the body, and the next ones whenever the client has not left.
    case trickle
  }

  private let listener: Listener
  /// For one request after another; the last ones for all that follow.
  private let steps: [[Step]]
  private let requests = Mutex<[String]>([])

  convenience init(_ steps: Step...) throws { try self.init(inTurn: [steps]) }

  init(inTurn steps: [[Step]]) throws {
    self.steps = steps
    listener = try Listener()
    listener.start { [self] in serve($0) }
  }

  var port: UInt16 { listener.port }
  var url: String { "http://127.0.0.1:\(port)/" }
  /// Heads and bodies as they came.
  var received: [String] { requests.withLock { $0 } }

  var openConnections: Int { listener.openConnections }

  func stop() { listener.stop() }

  private func serve(_ connection: Int32) {
    while let request = read(connection) {
      let number = requests.withLock {
        $0.append(request)
        return $0.count
      }
      for step in steps[min(number, steps.count) - 1] {
        switch step {
        case .send(let text): guard send(connection, Array(text.utf8)) else { return }
        case .fill(let count): guard send(connection, Array(repeating: 0x61, count: count)) else { return }
        case .forever(let text):
          while send(connection, Array(text.utf8)) {}
          return
        case .until(let count): try? eventually("\(count) requests") { received.count >= count }
        case .close: return
        case .reset: return Listener.resetAtClose(connection)
        case .closeDoor: listener.closeDoor()
        case .hang: return waitForEnd(connection)
        case .trickle: return trickle(connection)
        }
      }
    }
  }

  /// One request, by its Content-Length.
  private func read(_ connection: Int32) -> String? {
    var bytes: [UInt8] = []
    while true {
      var part = [UInt8](repeating: 0, count: 65_536)
      let text = String(decoding: bytes, as: UTF8.self)
      if let end = text.range(of: "\r\n\r\n") {
        let length = text.lowercased().firstMatch(of: /content-length: ([0-9]+)/).flatMap { Int($0.1) } ?? 0
        if text[end.upperBound...].utf8.count >= length { return text }
      }
      let count = recv(connection, &part, part.count, 0)
      guard count > 0 else { return nil }
      bytes += part[..<count]
    }
  }

  private func send(_ connection: Int32, _ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = Glibc.send(connection, Array(bytes[sent...]), bytes.count - sent, Int32(MSG_NOSIGNAL))
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  private func waitForEnd(_ connection: Int32) {
    var byte: UInt8 = 0
    while recv(connection, &byte, 1, 0) > 0 {}
  }

  /// Paced by poll on the connection, which ends it as soon as the client leaves.
  private func trickle(_ connection: Int32) {
    var set = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
    while poll(&set, 1, 1_500) == 0, send(connection, [0x61]) {}
  }
}
