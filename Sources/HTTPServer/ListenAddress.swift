import Glibc

/// `HOST:PORT` with an IPv4 address; port 0 takes a free one.
public struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
  public var host: String
  public var port: UInt16

  public init(_ text: String) throws(HTTPServerError) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let port = UInt16(parts[1]) else {
      throw HTTPServerError(description: "listen takes HOST:PORT, as 127.0.0.1:9464")
    }
    host = parts[0] == "localhost" ? "127.0.0.1" : String(parts[0])
    self.port = port
    guard socketAddress != nil else {
      throw HTTPServerError(description: "listen takes an IPv4 address before the port, as 127.0.0.1 or 0.0.0.0")
    }
  }

  public var description: String { "\(host):\(port)" }

  var socketAddress: sockaddr_in? {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    return unsafe inet_pton(AF_INET, host, &address.sin_addr) == 1 ? address : nil
  }
}
