import CRDKafka
import Foundation

/// Sends stamped records at a steady rate from a thread of its own, without lingering.
final class LiveProducer: @unchecked Sendable {
  private let client: OpaquePointer
  private let topic: String

  private init(_ bootstrapServers: String, topic: String) throws {
    client = try makeClient(
      RD_KAFKA_PRODUCER,
      [
        "bootstrap.servers": bootstrapServers, "linger.ms": "0", "acks": "all", "enable.idempotence": "true",
        "socket.nagle.disable": "true",
      ])
    self.topic = topic
  }

  deinit { rd_kafka_destroy(client) }

  /// From a record's production to its arrival at a consumer.
  static func latency(_ bootstrapServers: String, perSecond: Int, seconds: Int) throws -> Distribution {
    let topic = try Topic("bench_broker_live", bootstrapServers: bootstrapServers)
    let consumer = try LatencyConsumer(topic, bootstrapServers: bootstrapServers)
    let producer = try LiveProducer(bootstrapServers, topic: topic.name)
    // The first second is the clients': connections, and the producer's id.
    let (warm, measured) = (perSecond, perSecond * seconds)
    let thread = Thread { producer.run(perSecond: perSecond, records: warm + measured) }
    thread.start()
    let deadline = ContinuousClock.now + .seconds(seconds + 31)
    while consumer.microseconds.count < warm + measured, ContinuousClock.now < deadline {
      consumer.receive(milliseconds: 100)
    }
    guard consumer.microseconds.count == warm + measured else {
      throw BenchmarkError("\(consumer.microseconds.count) consumed of \(warm + measured) records")
    }
    return Distribution(Array(consumer.microseconds.dropFirst(warm)))
  }

  private func run(perSecond: Int, records: Int) {
    let handle = rd_kafka_topic_new(client, topic, nil)
    defer { rd_kafka_topic_destroy(handle) }
    let filler = String(repeating: "x", count: 380)
    var due = Self.monotonicNanoseconds()
    for _ in 0..<records {
      due += 1_000_000_000 / perSecond
      Self.wait(until: due)
      let value = Array("{\"\(LatencyConsumer.stamp)\": \(LatencyConsumer.now()), \"filler\": \"\(filler)\"}".utf8)
      value.withUnsafeBytes { bytes in
        _ = rd_kafka_produce(
          handle, RD_KAFKA_PARTITION_UA, Int32(RD_KAFKA_MSG_F_COPY),
          UnsafeMutableRawPointer(mutating: bytes.baseAddress),
          bytes.count, nil, 0, nil)
      }
      rd_kafka_poll(client, 0)
    }
    rd_kafka_flush(client, 10_000)
  }

  private static func monotonicNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  private static func wait(until due: Int) {
    var time = timespec(tv_sec: due / 1_000_000_000, tv_nsec: due % 1_000_000_000)
    while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
  }
}
