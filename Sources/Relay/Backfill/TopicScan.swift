import Kafka
import Runtime

/// Reads the ids that topics hold, from a time on up to their present ends.
struct TopicScan {
  let kafka: KafkaSettings
  let topics: [String]
  let stop: StopRequest

  private static let timeoutMilliseconds = 10_000
  /// Between a row's created_at, which is when its transaction began, and its record's time lie two clocks.
  private static let clockMarginMilliseconds: Int64 = 3_600_000

  private static let silenceNanoseconds: Int64 = 60_000_000_000

  struct Outcome {
    var records = 0
    /// Milliseconds since 1970. What was sent before it a topic may have dropped; nil when nothing was dropped.
    var horizon: Int64?
  }

  private struct Part {
    var start: Int64
    var end: Int64
    /// Retention has taken what was before `start`.
    var isCut: Bool
  }

  /// - Parameters:
  ///   - since: milliseconds since 1970; nil reads from the beginning.
  ///   - body: gets each record's header `id`.
  func run(since: Int64?, _ body: (String) -> Void) throws -> Outcome {
    var kafka = kafka
    kafka.properties["enable.partition.eof"] = "true"
    kafka.properties["auto.offset.reset"] = "error"
    let consumer = try Consumer(kafka)
    defer { consumer.close() }
    let all = try parts(consumer, since: since)
    let parts = all.filter { $0.value.start < $0.value.end }
    try consumer.assign(parts.mapValues { .at($0.start) })
    var outcome = try read(consumer, parts, body)
    // Where nothing is left to read, no record tells how old the oldest was.
    if all.values.contains(where: { $0.isCut && $0.start == $0.end }) {
      outcome.horizon = SystemTime.unixMicroseconds() / 1_000
    }
    return outcome
  }

  private func parts(_ consumer: Consumer, since: Int64?) throws -> [TopicPartition: Part] {
    let admin = try Admin(kafka)
    defer { admin.close() }
    var parts: [TopicPartition: Part] = [:]
    for topic in try admin.describeTopics(topics, timeoutMilliseconds: Self.timeoutMilliseconds) {
      if let error = topic.error { throw RelayError.stop(.backfill, "topic \(topic.name) cannot be read: \(error)") }
      for partition in topic.partitions {
        let place = TopicPartition(topic.name, partition.id)
        let (low, high) = try consumer.watermarks(place, timeoutMilliseconds: Self.timeoutMilliseconds)
        parts[place] = Part(start: low, end: high, isCut: low > 0)
      }
    }
    guard let since else { return parts }
    let times = parts.mapValues { _ in since - Self.clockMarginMilliseconds }
    let starts = try consumer.offsets(at: times, timeoutMilliseconds: Self.timeoutMilliseconds)
    for (place, part) in parts {
      let start = starts[place] ?? part.end
      parts[place] = Part(start: start, end: part.end, isCut: part.isCut && start == part.start)
    }
    return parts
  }

  private func read(
    _ consumer: Consumer, _ parts: [TopicPartition: Part], _ body: (String) -> Void
  ) throws -> Outcome {
    var outcome = Outcome()
    var open = Set(parts.keys)
    // The first record of a partition need not stand at its start: transactions leave marks there that nobody reads.
    var begun: Set<TopicPartition> = []
    var heardAt = SystemTime.monotonicNanoseconds()
    while !open.isEmpty {
      if stop.isRequested { throw RelayError.retry(.backfill, "stopped while reading the topics") }
      let polled = try consumer.poll(timeoutMilliseconds: 1_000) { record in
        let place = TopicPartition(record.topic, record.partition)
        if let id = record.header("id") { body(id) }
        return (place: place, offset: record.offset, timestamp: record.timestamp)
      }
      switch polled {
      case .record(let record):
        outcome.records += 1
        guard let part = parts[record.place] else { continue }
        if part.isCut, begun.insert(record.place).inserted, let time = record.timestamp {
          outcome.horizon = max(outcome.horizon ?? time, time)
        }
        if record.offset + 1 >= part.end { open.remove(record.place) }
      case .end(let place, let offset): if offset >= parts[place]?.end ?? 0 { open.remove(place) }
      case .nothing:
        if SystemTime.monotonicNanoseconds() - heardAt < Self.silenceNanoseconds { continue }
        throw RelayError.retry(.backfill, "Kafka has given no record for a minute")
      }
      heardAt = SystemTime.monotonicNanoseconds()
    }
    return outcome
  }
}
