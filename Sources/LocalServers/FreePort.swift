import Glibc

/// TCP ports of the loopback interface that nobody uses.
public enum FreePort {
  /// Below the range from which Linux takes ports for outgoing connections (32768 on), so that a server that stops and
  /// starts again does not find its port taken by a client.
  private static let range: ClosedRange<UInt16> = 12_000...32_000

  /// A port that could be bound just now. Another process may take it before its user does: who starts a server on it
  /// tries another one then.
  public static func find() throws(LocalServerError) -> UInt16 {
    for _ in 0..<1_000 {
      let port = UInt16.random(in: range)
      if isFree(port) { return port }
    }
    throw LocalServerError(.system, "no free port on 127.0.0.1")
  }

  /// Whether a server could listen on 127.0.0.1 at `port`.
  public static func isFree(_ port: UInt16) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in(
      sin_family: sa_family_t(AF_INET), sin_port: port.bigEndian,
      sin_addr: in_addr(s_addr: UInt32(0x7f00_0001).bigEndian),
      sin_zero: (0, 0, 0, 0, 0, 0, 0, 0))
    return withUnsafeBytes(of: &address) { bytes in
      bind(descriptor, bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count)) == 0
        && listen(descriptor, 1) == 0
    }
  }
}
