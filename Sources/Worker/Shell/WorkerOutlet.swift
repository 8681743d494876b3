import Kafka
import NotificationModel
import Runtime

/// A worker's way into Kafka. It belongs to one thread.
final class WorkerOutlet {
  private let producer: Producer
  private let wake: WakeSignal
  private let settings: WorkerSettings
  private var topics: [NotificationTopic: ProducerTopic] = [:]
  /// Once set the producer is of no more use.
  private(set) var fault: WorkerError?
  /// Tags whose record was acknowledged, once for each record.
  private var told: [UInt64] = []

  private static let produced: [NotificationTopic] = [.status, .deadLetters]

  init(_ settings: WorkerSettings, wake: WakeSignal) throws(KafkaError) {
    var kafka = settings.kafka
    let own = [
      // The cap of unfinished deliveries is the only bound.
      "queue.buffering.max.messages": "1000000", "queue.buffering.max.kbytes": "1048576",
      "message.max.bytes": "100000000", "linger.ms": "5",
    ]
    kafka.properties.merge(own) { given, _ in given }
    (self.settings, self.wake) = (settings, wake)
    producer = try Producer(kafka, wake: wake)
    for topic in Self.produced { topics[topic] = try producer.topic(settings.name(topic)) }
  }

  /// Fetches the topics' metadata, so that a missing one is told before the first delivery.
  func warm() throws(WorkerError) {
    do throws(KafkaError) {
      for topic in try producer.warm(topics: Self.produced.map(settings.name), timeoutMilliseconds: 5_000) {
        guard let error = topic.error else { continue }
        throw KafkaError(error, "topic \(topic.name) cannot be used; type bongsu topics apply, or grant the right")
      }
    } catch {
      throw WorkerError("Kafka's topics", cause: error)
    }
  }

  /// - Parameter tag: comes back from `drain` when Kafka has it; 0 does not.
  func send(_ record: ToldRecord, tag: UInt64) throws(WorkerError) {
    guard let topic = topics[record.topic] else { preconditionFailure("\(record.topic.name) is not produced to") }
    var headers = RecordHeaders()
    for header in record.headers {
      if let value = header.value { headers.add(header.name, value.span.bytes) } else { headers.add(header.name, nil) }
    }
    let (key, value) = (record.key ?? [], record.value ?? [])
    while true {
      do throws(KafkaError) {
        return try producer.produce(
          topic, key: record.key == nil ? nil : key.span.bytes, value: record.value == nil ? nil : value.span.bytes,
          headers: &headers, token: UInt(tag))
      } catch {
        guard error.code == .queueFull else { throw WorkerError("Kafka took no record", cause: error) }
        _ = Poll.wait([wake.fileDescriptor], timeoutMilliseconds: 100)
        wake.clear()
        collect()
        if let fault { throw fault }
      }
    }
  }

  /// Takes Kafka's answers.
  /// - Returns: tags, once for each of their records that Kafka has.
  func drain() throws(WorkerError) -> [UInt64] {
    collect()
    if let fault { throw fault }
    defer { told.removeAll(keepingCapacity: true) }
    return told
  }

  private func collect() {
    producer.drainRecords { report, record in
      if let error = report.failure {
        if fault == nil { fault = WorkerError("Kafka refused a record for topic \(record.topic)", cause: error) }
      } else if report.token != 0 {
        told.append(UInt64(report.token))
      }
    }
    if fault == nil, let fatal = producer.fatalError {
      fault = WorkerError("the Kafka producer ended and is made anew: \(fatal)")
    }
  }

  func close() { producer.close() }
}
