import Glibc
import LocalServers

/// A port of this host that refuses connections as long as this lives: bound, and nobody listens.
public final class ClosedPort {
  public let number: UInt16
  private let descriptor: Int32

  public init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { [descriptor] pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 ? getsockname(descriptor, $0, &size) : -1
      }
    }
    guard result == 0 else { throw LocalServerError(.system, "no port of 127.0.0.1 can be bound") }
    number = UInt16(bigEndian: address.sin_port)
  }

  deinit { close(descriptor) }
}
