import Kafka
import Runtime

/// Reads a topic as any consumer would, and notes how old each record is when it arrives.
final class LiveConsumer {
  private(set) var microseconds: [Int64] = []
  private let consumer: Consumer
  private let places: [TopicPartition]
  private var atEnd: Set<TopicPartition> = []

  init(_ kafka: KafkaSettings, topic: String, partitions: Int) throws {
    var kafka = kafka
    kafka.properties["enable.partition.eof"] = "true"
    consumer = try Consumer(kafka)
    places = (0..<partitions).map { TopicPartition(topic, Int32($0)) }
  }

  /// The records that were ever put into the topic, by its end offsets.
  func records() throws -> Int {
    try places.reduce(0) { sum, place in sum + Int(try consumer.watermarks(place, timeoutMilliseconds: 10_000).high) }
  }

  /// Goes to the present end of the topic and waits until it has fetched there, so that the first record finds it
  /// ready.
  func begin(_ interruption: BenchInterruption) throws {
    var ends: [TopicPartition: StartOffset] = [:]
    for place in places { ends[place] = .at(try consumer.watermarks(place, timeoutMilliseconds: 10_000).high) }
    try consumer.assign(ends)
    try interruption.wait(for: "the consumer fetches from every partition") {
      try receive(milliseconds: 50)
      return atEnd.count == places.count
    }
  }

  /// Waits for one record at most so long.
  func receive(milliseconds: Int) throws {
    let polled = try consumer.poll(timeoutMilliseconds: milliseconds) { record in
      let now = SystemTime.monotonicNanoseconds() / 1_000
      return record.valueBytes.flatMap(BenchPayload.stamp).map { now - $0 }
    }
    switch polled {
    case .record(let age): if let age { microseconds.append(age) }
    case .end(let place, _): atEnd.insert(place)
    case .nothing: break
    }
  }

  func close() { consumer.close() }
}
