import CRDKafka
import Foundation

/// Reads a topic as any consumer would and notes how old each record is when it arrives.
final class LatencyConsumer {
  static let stamp = "sentAtMicroseconds"
  private(set) var microseconds: [Int] = []
  private let client: OpaquePointer
  private var partitionsAtEnd = 0
  private let stamp: [UInt8]
  private let mark: [UInt8]
  private let unitMicroseconds: Int

  /// Returns when it has fetched from every partition of the topic once, so that the first record finds it ready.
  /// - Parameters:
  ///   - stamp: the member with the time of sending, in `unitMicroseconds` since 1970.
  ///   - mark: a text without which a record does not count.
  ///   - fromEnd: passes over what the topic holds already.
  init(
    _ topic: Topic, bootstrapServers: String, stamp: String = LatencyConsumer.stamp, unitMicroseconds: Int = 1,
    mark: String = "", fromEnd: Bool = false
  ) throws {
    self.stamp = Array("\"\(stamp)\":".utf8)
    (self.unitMicroseconds, self.mark) = (unitMicroseconds, Array(mark.utf8))
    client = try makeClient(
      RD_KAFKA_CONSUMER,
      [
        "bootstrap.servers": bootstrapServers, "group.id": "bench", "enable.auto.commit": "false",
        "enable.partition.eof": "true", "socket.nagle.disable": "true", "auto.offset.reset": "earliest",
      ])
    rd_kafka_poll_set_consumer(client)
    let partitions = rd_kafka_topic_partition_list_new(topic.partitions)
    defer { rd_kafka_topic_partition_list_destroy(partitions) }
    for partition in 0..<topic.partitions {
      rd_kafka_topic_partition_list_add(partitions, topic.name, partition).pointee.offset =
        fromEnd ? Int64(RD_KAFKA_OFFSET_END) : 0
    }
    rd_kafka_assign(client, partitions)
    let deadline = ContinuousClock.now + .seconds(30)
    while partitionsAtEnd < topic.partitions {
      guard ContinuousClock.now < deadline else { throw BenchmarkError("the consumer reached no end of \(topic.name)") }
      receive(milliseconds: 100)
    }
  }

  deinit {
    rd_kafka_consumer_close(client)
    rd_kafka_destroy(client)
  }

  /// Waits for one record at most so long.
  func receive(milliseconds: Int32) {
    guard let message = rd_kafka_consumer_poll(client, milliseconds) else { return }
    defer { rd_kafka_message_destroy(message) }
    let now = Self.now()
    switch message.pointee.err {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      let value = UnsafeRawBufferPointer(start: message.pointee.payload, count: message.pointee.len)
      if mark.isEmpty || value.firstRange(of: mark) != nil, let sent = sentAt(value) { microseconds.append(now - sent) }
    case RD_KAFKA_RESP_ERR__PARTITION_EOF: partitionsAtEnd += 1
    default: note("consumer: \(String(cString: rd_kafka_err2str(message.pointee.err)))")
    }
  }

  static func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
  }

  /// The digits after the stamp's name in a JSON object; the rest of it is nothing to us.
  private func sentAt(_ value: UnsafeRawBufferPointer) -> Int? {
    guard let name = value.firstRange(of: stamp) else { return nil }
    let digits = value[name.upperBound...].drop { $0 == UInt8(ascii: " ") }
      .prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    return Int(String(decoding: digits, as: UTF8.self)).map { $0 * unitMicroseconds }
  }
}
