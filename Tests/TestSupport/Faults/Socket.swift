import Glibc
import LocalServers

/// The few socket calls that a proxy and a server of a few bytes need, on 127.0.0.1.
public enum Socket {
  /// On a port that nobody can take in between.
  public static func listen() throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = try listen(on: 0)
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutableBytes(of: &address) { bytes in
      getsockname(descriptor, bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), &size)
    }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  static func listen(on port: UInt16) throws -> Int32 {
    let descriptor = try make()
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    let isBound = withAddress(port) { bind(descriptor, $0, $1) == 0 }
    guard isBound, Glibc.listen(descriptor, 64) == 0 else {
      throw LocalServerError(.system, "cannot listen on port \(port)")
    }
    return descriptor
  }

  /// Begins to connect; nil when that fails at once.
  static func connect(to port: UInt16) -> Int32? {
    guard let descriptor = try? make() else { return nil }
    let result = withAddress(port) { Glibc.connect(descriptor, $0, $1) }
    if result == 0 || errno == EINPROGRESS { return descriptor }
    close(descriptor)
    return nil
  }

  private static func make() throws -> Int32 {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let descriptor = socket(AF_INET, kind, 0)
    guard descriptor >= 0 else { throw LocalServerError(.system, "no socket left") }
    return descriptor
  }

  private static func withAddress<T>(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return withUnsafeBytes(of: &address) { bytes in
      body(bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
  }
}
