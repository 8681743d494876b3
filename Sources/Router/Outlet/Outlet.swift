import Kafka
public import NotificationModel
import Operations
import Runtime

/// The router's way into Kafka. It belongs to one thread.
final class Outlet {
  private let outlet: BatchOutlet
  private let settings: RouterSettings

  static let produced: [NotificationTopic] =
    DeliveryChannel.allCases.map(\.topic) + [.status, .deadLetters, .parked]

  init(_ settings: RouterSettings, wake: WakeSignal) throws(KafkaError) {
    self.settings = settings
    outlet = try BatchOutlet(settings.kafka, topics: Self.produced.map(settings.topics.name), wake: wake)
  }

  /// A missing topic, of those that are read and produced to, is told before the first event.
  func warm() throws(RoleError) {
    try RoleError.doing("Kafka's topics") { () throws(KafkaError) in
      try outlet.producer.require(([.events] + Self.produced).map(settings.topics.name))
    }
  }

  var flight: FlightLog { outlet.flight }

  var fault: RoleError? {
    outlet.fault.map { RoleError("Kafka's producer is of no more use and made anew", cause: $0) }
  }

  var hasRoom: Bool { outlet.hasRoom(batches: settings.batch.inFlight) }

  /// - Parameter next: where reading goes on after the batch.
  func send(_ batch: RoutedBatch, next: [TopicPartition: Int64], arrivals: [Int64]) throws(RoleError) {
    try RoleError.doing("Kafka took no record") { () throws(KafkaError) in
      try outlet.send(batch.records.map(record), next: next, arrivals: arrivals)
    }
  }

  private func record(_ record: OutgoingRecord) -> OutletRecord {
    let name = settings.topics.name(record.topic)
    guard let source = record.source else { return OutletRecord(name, record.content) }
    let parked = settings.topics.name(.parked)
    return OutletRecord(name, record.content) { code in
      [OutletRecord(parked, DeadLetter.pointer(to: source, failed: record.content.headers, because: code).content)]
    }
  }

  func drain() { outlet.drain() }
  func takeFinished() -> (next: [TopicPartition: Int64], arrivals: [Int64]) { outlet.takeFinished() }
  func forget(_ partitions: [TopicPartition]) { outlet.forget(partitions) }
  func settle(until deadline: Int64) { outlet.settle(until: deadline) }
  func close() { outlet.close() }
}

extension RouterSettings.Topics {
  /// A topic's name with the settings' prefix.
  public func name(_ topic: NotificationTopic) -> String { topic.name(prefix: prefix) }
}
