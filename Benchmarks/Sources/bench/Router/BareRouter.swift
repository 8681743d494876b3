import CRDKafka
import Foundation

/// What the broker alone allows: reads each record and writes some of the sizes that a role's are, with no look at
/// anything. The yardstick beside `bongsu router` and `bongsu redrive`.
struct BareRouter {
  let bootstrapServers: String
  let source: String
  /// Its topics begin with it.
  let prefix: String

  var outputs = Self.routed

  /// Bytes of two deliveries, their statuses and ROUTED, as measured of the router's own with this load.
  static let routed = [("sms", 480), ("email", 640), ("status", 330), ("status", 330), ("status", 230)]

  /// Seconds for so many events.
  func run(_ count: Int, partitions: Int32) throws -> Double {
    let consumer = try makeClient(
      RD_KAFKA_CONSUMER,
      [
        "bootstrap.servers": bootstrapServers, "group.id": "bench-bare", "enable.auto.commit": "false",
        "auto.offset.reset": "earliest",
      ])
    let producer = try makeClient(
      RD_KAFKA_PRODUCER,
      [
        "bootstrap.servers": bootstrapServers, "linger.ms": "5", "acks": "all", "enable.idempotence": "true",
        "queue.buffering.max.messages": "1000000",
      ])
    defer {
      rd_kafka_consumer_close(consumer)
      rd_kafka_destroy(consumer)
      rd_kafka_destroy(producer)
    }
    assign(consumer, partitions)
    let start = ContinuousClock.now
    try copy(count, from: consumer, to: producer)
    rd_kafka_flush(producer, 60_000)
    return start.duration(to: .now) / .seconds(1)
  }

  private func assign(_ consumer: OpaquePointer, _ partitions: Int32) {
    rd_kafka_poll_set_consumer(consumer)
    let list = rd_kafka_topic_partition_list_new(partitions)
    defer { rd_kafka_topic_partition_list_destroy(list) }
    for partition in 0..<partitions { rd_kafka_topic_partition_list_add(list, source, partition).pointee.offset = 0 }
    rd_kafka_assign(consumer, list)
  }

  private func copy(_ count: Int, from consumer: OpaquePointer, to producer: OpaquePointer) throws {
    var value = [UInt8](repeating: UInt8(ascii: "x"), count: 1_000)
    var done = 0
    let deadline = ContinuousClock.now + .seconds(300)
    while done < count {
      guard ContinuousClock.now < deadline else { throw BenchmarkError("the bare loop read \(done) of \(count)") }
      guard let message = rd_kafka_consumer_poll(consumer, 1_000) else { continue }
      defer { rd_kafka_message_destroy(message) }
      guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else { continue }
      done += 1
      for (topic, size) in outputs {
        while true {
          let code = value.withUnsafeMutableBytes { bytes in
            crd_bench_produce(
              producer, prefix + topic, message.pointee.key, message.pointee.key_len, bytes.baseAddress, size, nil)
          }
          if code != RD_KAFKA_RESP_ERR__QUEUE_FULL { break }
          rd_kafka_poll(producer, 10)
        }
      }
      if done % 100 == 0 { rd_kafka_poll(producer, 0) }
    }
  }
}
