import Kafka
public import NotificationModel
import Runtime

/// The router's way into Kafka: it produces batches and knows which are acknowledged as a whole. It belongs to one
/// thread.
final class Outlet {
  let producer: Producer
  private let wake: WakeSignal
  private let settings: RouterSettings
  private var topics: [NotificationTopic: ProducerTopic] = [:]
  private(set) var flight = FlightLog()
  /// Dead letters on their way, for the case that Kafka takes them not.
  private var letters: [UInt: SourceRecord] = [:]
  private(set) var fault: RouterError?

  private static let indexBits: UInt = 24
  private static let recordsInFlight = 20_000
  static let produced: [NotificationTopic] =
    DeliveryChannel.allCases.map(\.topic) + [.status, .deadLetters, .parked]

  init(_ settings: RouterSettings, wake: WakeSignal) throws(KafkaError) {
    var kafka = settings.kafka
    // Its own bounds are the only ones: batches in flight.
    let own = [
      "queue.buffering.max.messages": "4000000", "queue.buffering.max.kbytes": "2097151",
      // What Kafka takes is for the topic to say.
      "message.max.bytes": "100000000", "linger.ms": "1",
    ]
    kafka.properties.merge(own) { given, _ in given }
    self.settings = settings
    self.wake = wake
    producer = try Producer(kafka, wake: wake)
    for topic in Self.produced { topics[topic] = try producer.topic(settings.topics.name(topic)) }
  }

  /// A missing topic, of those that are read and produced to, is told before the first event.
  func warm() throws(RouterError) {
    do throws(KafkaError) {
      try producer.require(([.events] + Self.produced).map(settings.topics.name))
    } catch {
      throw RouterError(.kafka, "Kafka's topics", cause: error)
    }
  }

  var hasRoom: Bool { flight.batches < settings.batch.inFlight && flight.records < Self.recordsInFlight }

  /// - Parameter next: where reading goes on after the batch.
  func send(_ batch: RoutedBatch, next: [TopicPartition: Int64], arrivals: [Int64]) throws(RouterError) {
    let number = flight.open(next: next, arrivals: arrivals)
    for (index, record) in batch.records.enumerated() {
      try send(record, batch: number, token: number << Self.indexBits | UInt(index))
    }
    flight.close(number)
  }

  private func send(_ record: OutgoingRecord, batch: UInt, token: UInt) throws(RouterError) {
    guard let topic = topics[record.topic] else { preconditionFailure("\(record.topic.name) is not produced to") }
    do throws(KafkaError) {
      while try !producer.offer(record.content, to: topic, token: token), fault == nil { awaitRoom() }
    } catch {
      if let source = record.source, Self.isTooLarge(error) {
        return try send(.pointer(to: source, because: error.code.description), batch: batch, token: token)
      }
      throw RouterError(.kafka, "Kafka took no record", cause: error)
    }
    if let fault { throw fault }
    letters[token] = record.source
    flight.add(to: batch)
  }

  private func awaitRoom() {
    _ = Poll.wait([wake.fileDescriptor], timeoutMilliseconds: 100)
    wake.clear()
    drain()
  }

  private static func isTooLarge(_ error: KafkaError) -> Bool {
    if case .reject = error.disposition { true } else { false }
  }

  /// Takes Kafka's answers; `fault` is set where the producer is of no more use.
  func drain() {
    var refused: [(token: UInt, source: SourceRecord, code: String)] = []
    producer.drainRecords { report, record in
      let source = letters.removeValue(forKey: report.token)
      guard let error = report.failure else { return flight.acknowledge(report.token >> Self.indexBits) }
      if let source, Self.isTooLarge(error) {
        refused.append((report.token, source, error.code.description))
      } else if fault == nil, error.code != .purgeQueue, error.code != .purgeInflight {
        fault = RouterError(.kafka, "Kafka refused a record for topic \(record.topic)", cause: error)
      }
    }
    if fault == nil, let fatal = producer.fatalError {
      fault = RouterError(.kafka, "the Kafka producer ended and is made anew: \(fatal)")
    }
    for letter in refused where fault == nil {
      let batch = letter.token >> Self.indexBits
      do throws(RouterError) {
        try send(.pointer(to: letter.source, because: letter.code), batch: batch, token: letter.token)
        flight.acknowledge(batch)
      } catch { fault = error }
    }
  }

  func takeFinished() -> (next: [TopicPartition: Int64], arrivals: [Int64]) { flight.takeFinished() }

  func forget(_ partitions: [TopicPartition]) { flight.forget(partitions) }

  /// Waits until everything is acknowledged, or the deadline.
  /// - Parameter deadline: monotonic nanoseconds.
  func settle(until deadline: Int64) {
    while !flight.isEmpty, flight.records > 0, fault == nil {
      let left = (deadline - SystemTime.monotonicNanoseconds()) / 1_000_000
      guard left > 0 else { return }
      _ = Poll.wait([wake.fileDescriptor], timeoutMilliseconds: Int32(min(left, 1_000)))
      wake.clear()
      drain()
    }
  }
}

extension OutgoingRecord {
  fileprivate static func pointer(to source: SourceRecord, because code: String) -> OutgoingRecord {
    DeadLetter.pointer(to: source, because: code)
  }
}

extension RouterSettings.Topics {
  /// A topic's name with the settings' prefix.
  public func name(_ topic: NotificationTopic) -> String { prefix + topic.name.dropFirst("notification.".count) }
}
