import CCurl
import Glibc

/// Addresses as libcurl hands them over.
enum SocketAddress {
  /// Of IPv4 or IPv6, in network order; empty for any other kind.
  static func bytes(_ address: UnsafeMutablePointer<curl_sockaddr>) -> [UInt8] {
    guard let place = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return [] }
    // The address is longer than the generic one that libcurl declares.
    let length = unsafe Int(address.pointee.addrlen)
    let bytes = unsafe UnsafeRawBufferPointer(start: UnsafeRawPointer(address) + place, count: length)
    switch unsafe (address.pointee.family, length) {
    // Behind family and port; in IPv6 also behind the flow.
    case (AF_INET, 8...): return unsafe Array(bytes[4..<8])
    case (AF_INET6, 24...): return unsafe Array(bytes[8..<24])
    default: return []
    }
  }

  static func socket(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
    let type = unsafe address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
    return unsafe Glibc.socket(address.pointee.family, type, address.pointee.protocol)
  }

  /// Has the system gather what is written until `push`, or for 200 ms: libcurl writes each frame of HTTP/2 apart, and
  /// each would be a packet with all that comes of it.
  static func gather(_ socket: curl_socket_t) { set(TCP_CORK, socket) }

  /// Has the system send what it has gathered, as this option does each time it is set; tcp(7).
  static func push(_ socket: curl_socket_t) { set(TCP_NODELAY, socket) }

  /// A socket that is of another kind, or no more, does not take it.
  private static func set(_ option: Int32, _ socket: curl_socket_t) {
    var on: Int32 = 1
    unsafe setsockopt(socket, Int32(IPPROTO_TCP), option, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  /// 0 where there is none.
  static func localPort(of socket: curl_socket_t) -> Int32 {
    var address = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let isKnown = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(socket, $0, &size) == 0 }
    }
    guard isKnown else { return 0 }
    // It has the same place in addresses of IPv4 and IPv6.
    return unsafe withUnsafeBytes(of: &address) { unsafe Int32($0[2]) << 8 | Int32($0[3]) }
  }
}
