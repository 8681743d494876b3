import Glibc

/// `HOST:PORT` with an IPv4 address, or `[HOST]:PORT` with an IPv6 one; port 0 takes a free one.
public struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
  /// An address in figures, without brackets.
  public let host: String
  public let port: UInt16

  /// 127.0.0.1:9464, which is where daemons answer when nobody says otherwise.
  public static let standard = ListenAddress(host: "127.0.0.1", port: 9464)

  /// `localhost` is 127.0.0.1; other names are refused: a name may have several addresses, and change them.
  public init(_ text: String) throws(HTTPServerError) {
    guard let colon = text.lastIndex(of: ":"), let port = Self.port(text[text.index(after: colon)...]) else {
      throw HTTPServerError(description: "listen takes HOST:PORT, as 127.0.0.1:9464 or [::1]:9464")
    }
    let host = text[..<colon]
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.count > 2
    let bare = isBracketed ? String(host.dropFirst().dropLast()) : host == "localhost" ? "127.0.0.1" : String(host)
    self.init(host: bare, port: port)
    // C's functions would stop reading at a NUL and take what stands before it.
    guard let family, (family == AF_INET6) == isBracketed, !bare.contains("\0") else {
      throw HTTPServerError(
        description: "listen takes an address before the port, as 127.0.0.1, 0.0.0.0, [::1] or [::]")
    }
  }

  private init(host: String, port: UInt16) { (self.host, self.port) = (host, port) }

  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  private static func port(_ text: Substring) -> UInt16? {
    text.allSatisfy { $0.isASCII && $0.isNumber } ? UInt16(text) : nil
  }

  /// AF_INET or AF_INET6.
  var family: Int32? { version4 != nil ? AF_INET : version6 != nil ? AF_INET6 : nil }

  /// Lends the address as the kernel takes it; nil when it is none.
  func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>) -> Result) -> Result? {
    if let address = version4 { return unsafe Self.lend(address, body) }
    if let address = version6 { return unsafe Self.lend(address, body) }
    return nil
  }

  private static func lend<Address, Result>(
    _ address: Address, _ body: (UnsafePointer<sockaddr>) -> Result
  ) -> Result {
    unsafe withUnsafePointer(to: address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0) }
    }
  }

  private var version4: sockaddr_in? {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    return unsafe inet_pton(AF_INET, host, &address.sin_addr) == 1 ? address : nil
  }

  private var version6: sockaddr_in6? {
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_port = port.bigEndian
    return unsafe inet_pton(AF_INET6, host, &address.sin6_addr) == 1 ? address : nil
  }
}
