public import Runtime

/// Reads single records where they lie. It belongs to one thread.
public final class OriginReader {
  private let consumer: Consumer
  private let stop: StopRequest

  private static let limitNanoseconds: Int64 = 15_000_000_000

  /// - Throws: for settings that librdkafka does not take.
  public init(_ settings: KafkaSettings, stop: StopRequest) throws(KafkaError) {
    self.stop = stop
    var kafka = settings
    let own = [
      "enable.partition.eof": "true", "auto.offset.reset": "earliest", "queued.max.messages.kbytes": "2048",
      "queued.min.messages": "1", "fetch.wait.max.ms": "50",
    ]
    kafka.properties.merge(own) { $1 }
    consumer = try Consumer(kafka)
  }

  /// The record; nil where the topic does not hold it any more.
  /// - Throws: also when Kafka gives nothing in time.
  public func read(_ place: RecordPlace) throws(KafkaError) -> SourceRecord? {
    try consumer.assign([place.partition: .at(place.offset)])
    let end = SystemTime.monotonicNanoseconds() + Self.limitNanoseconds
    while SystemTime.monotonicNanoseconds() < end, !stop.isRequested {
      switch try consumer.poll(timeoutMilliseconds: 500, { SourceRecord($0) }) {
      // Where the offset is not there, reading goes on at the oldest record.
      case .record(let record): return record.offset == place.offset ? record : nil
      case .end: return nil
      case .nothing: continue
      }
    }
    throw KafkaError(.timedOut, "Kafka gave no record of \(place.partition) in time")
  }

  /// The last call.
  public func close() { consumer.close() }
}
