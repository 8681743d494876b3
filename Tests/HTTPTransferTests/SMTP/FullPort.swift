import Glibc
import LocalServers

/// A port of this machine that has as many connections waiting as it takes: the next one gets no answer.
final class FullPort {
  let number: UInt16
  private var sockets: [Int32] = []

  init() throws {
    let door = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isOpen = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(door, $0, size) == 0 && listen(door, 0) == 0 && getsockname(door, $0, &size) == 0
      }
    }
    number = UInt16(bigEndian: address.sin_port)
    sockets = [door]
    guard isOpen else { throw LocalServerError(.system, "no port of 127.0.0.1 can be listened on") }
    for _ in 0..<4 {
      let guest = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
      withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = connect(guest, $0, size) }
      }
      sockets.append(guest)
    }
  }

  deinit { for socket in sockets { close(socket) } }
}
