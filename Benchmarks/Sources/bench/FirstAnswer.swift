import Foundation

/// When a broker begins to answer: a request for its versions, byte for byte, over a plain socket.
enum FirstAnswer {
  /// ApiVersions version 0, correlation 1, no client's name.
  private static let request: [UInt8] = [0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xFF, 0xFF]

  static func wait(port: Int, until deadline: ContinuousClock.Instant) throws {
    while !answers(port) {
      guard ContinuousClock.now < deadline else { throw BenchmarkError("no broker answers on port \(port)") }
      poll(nil, 0, 1)
    }
  }

  private static func answers(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    guard address(port, { connect(descriptor, $0, $1) }) == 0 else { return false }
    guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return false }
    var waited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    var byte: UInt8 = 0
    return poll(&waited, 1, 1_000) == 1 && recv(descriptor, &byte, 1, 0) == 1
  }

  /// One that nobody listens on, with a free neighbour for Kafka's controller.
  static func freePort() throws -> Int {
    for port in stride(from: 20_000 + Int.random(in: 0..<4_000) * 2, to: 40_000, by: 2) {
      if [port, port + 1].allSatisfy({ isFree($0) }) { return port }
    }
    throw BenchmarkError("no two neighbouring ports are free")
  }

  private static func isFree(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    return address(port) { bind(descriptor, $0, $1) } == 0
  }

  private static func address(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
