public import Runtime

/// A record of a batch.
public struct OutletRecord: Sendable {
  /// The topic's name.
  public let topic: String
  public let content: RecordContent
  /// What goes in its place where Kafka refuses it for its own sake, as for its size, given Kafka's code; nil: that is a
  /// fault.
  public let replacement: (@Sendable (_ code: String) -> [OutletRecord])?

  public init(
    _ topic: String, _ content: RecordContent, replacement: (@Sendable (_ code: String) -> [OutletRecord])? = nil
  ) {
    (self.topic, self.content, self.replacement) = (topic, content, replacement)
  }
}

/// A producer of batches that knows which are acknowledged as a whole. It belongs to one thread.
public final class BatchOutlet {
  public let producer: Producer
  private let wake: WakeSignal
  private var topics: [String: ProducerTopic] = [:]
  public private(set) var flight = FlightLog()
  private var replacements: [UInt: @Sendable (String) -> [OutletRecord]] = [:]
  private var replaced: UInt = 0
  /// Once set the producer is of no more use: what it had in flight is to be read again.
  public private(set) var fault: KafkaError?

  private static let indexBits: UInt = 24
  private static let recordsInFlight = 20_000

  /// - Parameter topics: the names of all that is produced to.
  public init(_ settings: KafkaSettings, topics names: [String], wake: WakeSignal) throws(KafkaError) {
    var kafka = settings
    // Its own bounds are the only ones: batches in flight.
    let own = [
      "queue.buffering.max.messages": "4000000", "queue.buffering.max.kbytes": "2097151",
      // What Kafka takes is for the topic to say.
      "message.max.bytes": "100000000", "linger.ms": "1",
    ]
    kafka.properties.merge(own) { given, _ in given }
    self.wake = wake
    producer = try Producer(kafka, wake: wake)
    for name in names { topics[name] = try producer.topic(name) }
  }

  /// - Parameter batches: so many may be in flight.
  public func hasRoom(batches: Int) -> Bool { flight.batches < batches && flight.records < Self.recordsInFlight }

  /// - Parameters:
  ///   - next: where reading goes on after the batch.
  ///   - arrivals: timestamps of what it was made of.
  /// - Throws: `fault`, or why Kafka took no record.
  public func send(
    _ records: [OutletRecord], next: [TopicPartition: Int64], arrivals: [Int64]
  ) throws(KafkaError) {
    let number = flight.open(next: next, arrivals: arrivals)
    for (index, record) in records.enumerated() {
      try send(record, batch: number, token: number << Self.indexBits | UInt(index))
    }
    flight.close(number)
  }

  private func send(_ record: OutletRecord, batch: UInt, token: UInt) throws(KafkaError) {
    guard let topic = topics[record.topic] else { preconditionFailure("\(record.topic) is not produced to") }
    do throws(KafkaError) {
      while try !producer.offer(record.content, to: topic, token: token), fault == nil { awaitRoom() }
    } catch {
      guard let replacement = record.replacement, Self.isRefusal(error) else { throw error }
      return try replace(by: replacement(error.code.description), batch: batch)
    }
    if let fault { throw fault }
    replacements[token] = record.replacement
    flight.add(to: batch)
  }

  private func replace(by records: [OutletRecord], batch: UInt) throws(KafkaError) {
    for record in records {
      replaced += 1
      // Above all indices of the batch itself.
      let index: UInt = 1 << (Self.indexBits - 1)
      try send(record, batch: batch, token: batch << Self.indexBits | index | replaced % index)
    }
  }

  private func awaitRoom() {
    _ = Poll.wait([wake.fileDescriptor], timeoutMilliseconds: 100)
    wake.clear()
    drain()
  }

  private static func isRefusal(_ error: KafkaError) -> Bool {
    if case .reject = error.disposition { true } else { false }
  }

  /// Takes Kafka's answers; `fault` is set where the producer is of no more use.
  public func drain() {
    var refused: [(batch: UInt, records: [OutletRecord])] = []
    producer.drainRecords { report, record in
      let replacement = replacements.removeValue(forKey: report.token)
      guard let error = report.failure else { return flight.acknowledge(report.token >> Self.indexBits) }
      if let replacement, Self.isRefusal(error) {
        refused.append((report.token >> Self.indexBits, replacement(error.code.description)))
      } else if fault == nil, error.code != .purgeQueue, error.code != .purgeInflight {
        fault = KafkaError(error.code, "topic \(record.topic): \(error.message)")
      }
    }
    if fault == nil { fault = producer.fatalError }
    for (batch, records) in refused where fault == nil {
      do throws(KafkaError) {
        try replace(by: records, batch: batch)
        flight.acknowledge(batch)
      } catch { fault = error }
    }
  }

  /// Takes off what is finished: where reading goes on, and the timestamps of its sources.
  public func takeFinished() -> (next: [TopicPartition: Int64], arrivals: [Int64]) { flight.takeFinished() }

  /// Somebody else reads these partitions now.
  public func forget(_ partitions: [TopicPartition]) { flight.forget(partitions) }

  /// Waits until everything is acknowledged, or the deadline.
  /// - Parameter deadline: monotonic nanoseconds.
  public func settle(until deadline: Int64) {
    while !flight.isEmpty, flight.records > 0, fault == nil {
      let left = (deadline - SystemTime.monotonicNanoseconds()) / 1_000_000
      guard left > 0 else { return }
      _ = Poll.wait([wake.fileDescriptor], timeoutMilliseconds: Int32(min(left, 1_000)))
      wake.clear()
      drain()
    }
  }

  public func close() { producer.close() }
}
