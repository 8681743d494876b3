import Glibc

/// An address to listen on, or of a client.
struct SocketAddress {
  let storage: sockaddr_storage
  let host: String
  let port: Int

  var text: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// Looks a name up; the first address that it has.
  init(host: String, port: Int) throws(BrokerError) {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    var found: UnsafeMutablePointer<addrinfo>? = nil
    let result = unsafe getaddrinfo(host, String(port), &hints, &found)
    defer { if unsafe found != nil { unsafe freeaddrinfo(found) } }
    guard result == 0, let first = unsafe found, let address = unsafe first.pointee.ai_addr else {
      throw BrokerError("cannot listen on \(host): it is no address of this machine")
    }
    var storage = sockaddr_storage()
    unsafe withUnsafeMutableBytes(of: &storage) {
      unsafe $0.copyMemory(
        from: UnsafeRawBufferPointer(start: address, count: Int(first.pointee.ai_addrlen)))
    }
    self.storage = storage
    self.host = host
    self.port = port
  }

  init?(_ storage: sockaddr_storage) {
    var copy = storage
    var host = [CChar](repeating: 0, count: 64)
    var service = [CChar](repeating: 0, count: 16)
    let result = unsafe withUnsafePointer(to: &copy) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe getnameinfo(
          address, socklen_t(MemoryLayout<sockaddr_storage>.size), &host, 64, &service, 16,
          NI_NUMERICHOST | NI_NUMERICSERV)
      }
    }
    guard result == 0, let port = Int(Self.text(service)) else { return nil }
    self.storage = storage
    self.host = Self.text(host)
    self.port = port
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
