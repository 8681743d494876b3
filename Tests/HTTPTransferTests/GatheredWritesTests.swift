import Glibc
import Runtime
import Testing

@testable import HTTPTransfer

struct GatheredWritesTests {
  /// A reader of this machine has what is sent as soon as the call returns.
  @Test func `what is written goes when it is pushed, all of it at once, and so does what comes after it`() throws {
    let (writer, reader) = try pair()
    defer { for socket in [writer, reader] { close(socket) } }
    SocketAddress.gather(writer)
    for _ in 0..<3 {
      let start = SystemTime.monotonicNanoseconds()
      #expect(send(writer, "ab", 2, 0) == 2)
      #expect(send(writer, "cd", 2, 0) == 2)
      let isThere = Poll.wait([reader], timeoutMilliseconds: 0)
      // The system gathers for 200 ms at most, which may pass on a busy machine.
      #expect(!isThere || SystemTime.monotonicNanoseconds() - start > 100_000_000)
      SocketAddress.push(writer)
      var bytes = [UInt8](repeating: 0, count: 8)
      #expect(recv(reader, &bytes, bytes.count, 0) == 4)
    }
  }

  private func pair() throws -> (writer: Int32, reader: Int32) {
    let door = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(door) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let writer = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let isConnected = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(door, $0, size) == 0 && listen(door, 1) == 0 && getsockname(door, $0, &size) == 0
          && connect(writer, $0, size) == 0
      }
    }
    try #require(isConnected)
    return (writer, accept(door, nil, nil))
  }
}
