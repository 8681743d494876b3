import CRDKafka
import Foundation

/// Reads notification.status from its end on and notes when each delivery came to each of its states, counted from the
/// event's writing.
final class StatusConsumer {
  /// On the way to the provider's answer, which is the last.
  static let states = ["PENDING", "PROCESSING", "SUCCESS"]

  private(set) var milliseconds: [String: [Int]] = [:]
  var answered: Int { milliseconds["SUCCESS"]?.count ?? 0 }

  private let client: OpaquePointer
  private var partitionsAtEnd = 0

  init(_ topic: Topic, bootstrapServers: String) throws {
    client = try makeClient(
      RD_KAFKA_CONSUMER,
      [
        "bootstrap.servers": bootstrapServers, "group.id": "bench", "enable.auto.commit": "false",
        "enable.partition.eof": "true", "auto.offset.reset": "earliest",
      ])
    rd_kafka_poll_set_consumer(client)
    let partitions = rd_kafka_topic_partition_list_new(topic.partitions)
    defer { rd_kafka_topic_partition_list_destroy(partitions) }
    for partition in 0..<topic.partitions {
      rd_kafka_topic_partition_list_add(partitions, topic.name, partition).pointee.offset = Int64(RD_KAFKA_OFFSET_END)
    }
    rd_kafka_assign(client, partitions)
    let deadline = ContinuousClock.now + .seconds(30)
    while partitionsAtEnd < topic.partitions {
      guard ContinuousClock.now < deadline else { throw BenchmarkError("the consumer reached no end of \(topic.name)") }
      receive()
    }
  }

  deinit {
    rd_kafka_consumer_close(client)
    rd_kafka_destroy(client)
  }

  /// What is there within a tenth of a second.
  func receive() {
    guard let message = rd_kafka_consumer_poll(client, 100) else { return }
    defer { rd_kafka_message_destroy(message) }
    switch message.pointee.err {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      let value = UnsafeRawBufferPointer(start: message.pointee.payload, count: message.pointee.len)
      count(value)
    case RD_KAFKA_RESP_ERR__PARTITION_EOF: partitionsAtEnd += 1
    default: note("consumer: \(String(cString: rd_kafka_err2str(message.pointee.err)))")
    }
  }

  private func count(_ value: UnsafeRawBufferPointer) {
    guard let begun = Self.number(#""eventTime":"#, value), let ended = Self.number(#""time":"#, value),
      let rest = Self.after(#""state":""#, value), let state = Self.states.first(where: { rest.starts(with: $0.utf8) })
    else { return }
    milliseconds[state, default: []].append(ended - begun)
  }

  private static func number(_ name: StaticString, _ value: UnsafeRawBufferPointer) -> Int? {
    after(name, value)?.prefix { (48...57).contains($0) }.reduce(0) { $0 * 10 + Int($1 - 48) }
  }

  /// By memchr(3) and memcmp(3), as it shares the cores with what is measured.
  private static func after(_ name: StaticString, _ value: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer>? {
    guard let start = value.baseAddress else { return nil }
    let size = name.utf8CodeUnitCount
    var at = 0
    while at + size <= value.count, let found = memchr(start + at, 0x22, value.count - size - at + 1) {
      at = UnsafeRawPointer(found) - start
      if memcmp(found, name.utf8Start, size) == 0 { return value[(at + size)...] }
      at += 1
    }
    return nil
  }
}
