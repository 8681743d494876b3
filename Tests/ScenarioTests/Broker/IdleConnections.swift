import Glibc
import TestSupport

/// Connections that are made and then say nothing.
final class IdleConnections {
  private var descriptors: [Int32] = []

  /// As many as the process may have, at most.
  init(port: UInt16, count: Int) throws {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    for _ in 0..<count { descriptors.append(try Self.connect(port)) }
  }

  deinit { for descriptor in descriptors { close(descriptor) } }

  /// Those that the other side has not ended.
  var count: Int {
    descriptors.count { descriptor in
      var byte: UInt8 = 0
      return recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT)) < 0 && errno == EAGAIN
    }
  }

  private static func connect(_ port: UInt16) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard descriptor >= 0, result == 0 else {
      close(descriptor)
      throw NeverHappened(description: "no connection to port \(port): \(String(cString: strerror(errno)))")
    }
    return descriptor
  }
}
