import CRDKafka
import Foundation

/// Writes notification events as a relay does: a UUIDv7 in the header `id`, whose time is the moment of writing.
final class EventProducer: @unchecked Sendable {
  private let client: OpaquePointer
  private let topic: String
  private var random = SystemRandomNumberGenerator()
  private let users: Int

  /// - Parameter users: events are for users 1 to so many, by chance.
  init(_ bootstrapServers: String, topic: String, users: Int) throws {
    client = try makeClient(
      RD_KAFKA_PRODUCER,
      [
        "bootstrap.servers": bootstrapServers, "linger.ms": "0", "acks": "all", "enable.idempotence": "true",
        "socket.nagle.disable": "true", "queue.buffering.max.messages": "1000000", "log_level": "2",
      ])
    self.topic = topic
    self.users = users
  }

  deinit { rd_kafka_destroy(client) }

  /// As many as fast as it can, and waits until all are there.
  func fill(_ count: Int) throws {
    for number in 0..<count {
      try produce()
      if number % 1_000 == 0 { rd_kafka_poll(client, 0) }
    }
    guard rd_kafka_flush(client, 120_000) == RD_KAFKA_RESP_ERR_NO_ERROR else {
      throw BenchmarkError("the events do not reach \(topic)")
    }
  }

  /// At a steady rate, on the calling thread.
  func run(perSecond: Int, count: Int) {
    var due = timespec()
    clock_gettime(CLOCK_MONOTONIC, &due)
    for _ in 0..<count {
      let nanoseconds = due.tv_nsec + 1_000_000_000 / perSecond
      due = timespec(tv_sec: due.tv_sec + nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
      while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nil) == EINTR {}
      do { try produce() } catch { note("\(error)") }
      rd_kafka_poll(client, 0)
    }
    rd_kafka_flush(client, 10_000)
  }

  private func produce() throws {
    let user = Int.random(in: 1...users, using: &random)
    let payload =
      #"{"to": [{"user": \#(user)}], "template": "order_shipped", "channels": ["sms", "email"], "category": "#
      + #""transactional", "parameters": {"name": "Kim Minsu", "order": "A-\#(user)-17", "shop": "Han River Books", "#
      + #""items": [{"title": "Beacons of Joseon", "price": "18,000"}], "total": "18,000"}}"#
    try send(key: "\(user)", id: Self.uuid(&random), payload: payload)
  }

  private func send(key: String, id: String, payload: String) throws {
    var (key, id, payload) = (Array(key.utf8), Array(id.utf8), Array(payload.utf8))
    let code = key.withUnsafeMutableBytes { key in
      id.withUnsafeMutableBytes { id in
        payload.withUnsafeMutableBytes { payload in
          let headers = rd_kafka_headers_new(2)
          rd_kafka_header_add(headers, "id", 2, id.baseAddress, id.count)
          return crd_bench_produce(
            client, topic, key.baseAddress, key.count, payload.baseAddress, payload.count, headers)
        }
      }
    }
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw BenchmarkError(String(cString: rd_kafka_err2str(code))) }
  }

  private static func uuid(_ random: inout some RandomNumberGenerator) -> String {
    let milliseconds = String(LatencyConsumer.now() / 1_000, radix: 16)
    let time = String(repeating: "0", count: 12 - milliseconds.count) + milliseconds
    let tail = String(UInt64.random(in: 1 << 60...UInt64.max, using: &random), radix: 16)
    return "\(time.prefix(8))-\(time.suffix(4))-7abc-8\(tail.prefix(3))-\(tail.suffix(12))"
  }
}
