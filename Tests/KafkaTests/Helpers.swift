import Glibc
import Kafka
import Testing

extension Producer {
  /// Produces a record of texts; nil stays nil.
  func send(
    _ topic: String, key: String? = nil, value: String? = "value", headers: [(String, String?)] = [], token: UInt = 0
  ) throws(KafkaError) {
    var list = RecordHeaders()
    for (name, value) in headers {
      let bytes = Array((value ?? "").utf8)
      list.add(name, value == nil ? nil : bytes.span.bytes)
    }
    let (keyBytes, valueBytes) = (Array((key ?? "").utf8), Array((value ?? "").utf8))
    try produce(
      self.topic(topic), key: key == nil ? nil : keyBytes.span.bytes, value: value == nil ? nil : valueBytes.span.bytes,
      headers: &list, token: token)
  }

  /// Flushes and returns the reports.
  func collect(timeoutMilliseconds: Int = 10_000) -> [DeliveryReport] {
    var reports: [DeliveryReport] = []
    flush(timeoutMilliseconds: timeoutMilliseconds) { reports.append($0) }
    return reports
  }
}

/// A port of this host that refuses connections as long as this lives: bound, and nobody listens.
final class ClosedPort {
  let number: UInt16
  private let descriptor: Int32

  var settings: KafkaSettings { KafkaSettings(bootstrapServers: "127.0.0.1:\(number)") }

  init() throws {
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
    try #require(result == 0)
    number = UInt16(bigEndian: address.sin_port)
  }

  deinit { close(descriptor) }
}
