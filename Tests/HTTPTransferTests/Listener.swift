import Foundation
import Glibc
import LocalServers
import Synchronization

/// A port of this machine, with a thread for each connection.
final class Listener: Sendable {
  let port: UInt16
  private let descriptor: Int32
  private let connections = Mutex<[Int32]>([])

  init() throws {
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
  }

  /// - Parameter serve: a connection is closed when it returns.
  func start(_ serve: @escaping @Sendable (Int32) -> Void) { Thread { [self] in accept(serve) }.start() }

  var openConnections: Int { connections.withLock(\.count) }

  func stop() {
    closeDoor()
    connections.withLock { for connection in $0 { shutdown(connection, Int32(SHUT_RDWR)) } }
  }

  /// Nobody can connect any more; what stands, stays.
  func closeDoor() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// Closed without lingering, a connection is reset.
  static func resetAtClose(_ connection: Int32) {
    var now = linger(l_onoff: 1, l_linger: 0)
    setsockopt(connection, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
  }

  private func accept(_ serve: @escaping @Sendable (Int32) -> Void) {
    while true {
      let connection = Glibc.accept(descriptor, nil, nil)
      guard connection >= 0 else { break }
      connections.withLock { $0.append(connection) }
      Thread { [self] in
        serve(connection)
        // In one step: the number may be another socket's at once, and who counts none can rely on it.
        connections.withLock {
          $0.removeAll { $0 == connection }
          close(connection)
        }
      }.start()
    }
    close(descriptor)
  }
}
