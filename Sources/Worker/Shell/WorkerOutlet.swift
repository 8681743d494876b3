import Kafka
import NotificationModel
import Operations
import Runtime

/// A worker's way into Kafka. It belongs to one thread.
final class WorkerOutlet {
  private let producer: Producer
  private let wake: WakeSignal
  private let settings: WorkerSettings
  private var topics: [NotificationTopic: ProducerTopic] = [:]
  /// Once set the producer is of no more use.
  private(set) var fault: RoleError?
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

  /// A missing topic, of those that are read and produced to, is told before the first delivery.
  func warm() throws(RoleError) {
    try RoleError.doing("Kafka's topics") { () throws(KafkaError) in
      try producer.require(([settings.channel.topic] + Self.produced).map(settings.name))
    }
  }

  /// - Parameter tag: comes back from `drain` when Kafka has it; 0 does not.
  func send(_ record: ToldRecord, tag: UInt64) throws(RoleError) {
    guard let topic = topics[record.topic] else { preconditionFailure("\(record.topic.name) is not produced to") }
    do throws(KafkaError) {
      while try !producer.offer(record.content, to: topic, token: UInt(tag)), fault == nil { awaitRoom() }
    } catch {
      throw RoleError("Kafka took no record", cause: error)
    }
    if let fault { throw fault }
  }

  private func awaitRoom() {
    _ = Poll.wait([wake.fileDescriptor], timeoutMilliseconds: 100)
    wake.clear()
    collect()
  }

  /// Takes Kafka's answers.
  /// - Returns: tags, once for each of their records that Kafka has.
  func drain() throws(RoleError) -> [UInt64] {
    collect()
    if let fault { throw fault }
    defer { told.removeAll(keepingCapacity: true) }
    return told
  }

  private func collect() {
    producer.drainRecords { report, record in
      if let error = report.failure {
        if fault == nil { fault = RoleError("Kafka refused a record for topic \(record.topic)", cause: error) }
      } else if report.token != 0 {
        told.append(UInt64(report.token))
      }
    }
    if fault == nil, let fatal = producer.fatalError {
      fault = RoleError("the Kafka producer ended and is made anew: \(fatal)")
    }
  }

  func close() { producer.close() }
}
