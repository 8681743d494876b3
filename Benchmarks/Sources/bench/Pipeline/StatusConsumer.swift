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
    guard let begun = Self.number("eventTime", value), let ended = Self.number("time", value),
      let state = Self.states.first(where: { value.firstRange(of: Array("\"state\":\"\($0)\"".utf8)) != nil })
    else { return }
    milliseconds[state, default: []].append(ended - begun)
  }

  private static func number(_ name: String, _ value: UnsafeRawBufferPointer) -> Int? {
    guard let name = value.firstRange(of: Array("\"\(name)\":".utf8)) else { return nil }
    return Int(String(decoding: value[name.upperBound...].prefix { (48...57).contains($0) }, as: UTF8.self))
  }
}
