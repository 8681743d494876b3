import Foundation
import Kafka
import NotificationModel
import Operations
import Runtime

/// The sweeper's way into Kafka. It belongs to one thread.
final class SweepOutlet {
  private let producer: Producer
  private let events, alerts: String
  private let stop: StopRequest

  private static let limitNanoseconds: Int64 = 30_000_000_000

  init(_ settings: SweeperSettings, stop: StopRequest) throws(KafkaError) {
    self.stop = stop
    var kafka = settings.kafka
    kafka.properties.merge(["message.max.bytes": "100000000", "linger.ms": "5"]) { given, _ in given }
    producer = try Producer(kafka)
    (events, alerts) = (settings.name(.events), settings.name(.alerts))
  }

  /// Events to the router. Returns once Kafka has all of them.
  func send(_ records: [RecordContent]) throws(RoleError) { try require(try send(records.map { (events, $0) })) }

  func send(_ alert: Alert) throws(RoleError) {
    let value = (try? JSONEncoder().encode(alert)).map { Array($0) } ?? []
    let record = RecordContent(
      key: Array(alert.group.utf8), value: value, headers: [SourceRecord.Header(RecordHeader.schema, Alert.schema)])
    try require(try send([(alerts, record)]))
  }

  private func require(_ refusals: [Int: KafkaError]) throws(RoleError) {
    if let refusal = refusals.values.first { throw RoleError("a record for the router or an alert", cause: refusal) }
  }

  typealias Outgoing = (topic: String, content: RecordContent)

  /// To topics that are there. One that is refused has what goes with it refused as well: those are sent once more, each
  /// alone.
  /// - Returns: once Kafka has all of them, by their places those that it refuses for their own sake.
  func send(_ records: [Outgoing]) throws(RoleError) -> [Int: KafkaError] {
    var refusals = try sendTogether(records)
    guard records.count > 1 else { return refusals }
    for place in refusals.keys { refusals[place] = try sendTogether([records[place]])[0] }
    return refusals
  }

  private func sendTogether(_ records: [Outgoing]) throws(RoleError) -> [Int: KafkaError] {
    var answers = Answers()
    do throws(KafkaError) {
      for (index, record) in records.enumerated() {
        let topic = try producer.topic(record.topic)
        do throws(KafkaError) {
          while try !producer.offer(record.content, to: topic, token: UInt(index)), !stop.isRequested {
            producer.flush(timeoutMilliseconds: 1_000) { answers.take($0.failure, of: $0.token) }
          }
        } catch {
          guard case .reject = error.disposition else { throw error }
          answers.take(error, of: UInt(index))
        }
      }
    } catch {
      throw RoleError("Kafka's producer", cause: error)
    }
    let end = SystemTime.monotonicNanoseconds() + Self.limitNanoseconds
    while !producer.flush(timeoutMilliseconds: 200, { answers.take($0.failure, of: $0.token) }) {
      if stop.isRequested || SystemTime.monotonicNanoseconds() > end {
        throw RoleError("Kafka takes no record for topic \(records.last?.topic ?? "")")
      }
    }
    if let fault = answers.fault { throw RoleError("Kafka's producer", cause: fault) }
    return answers.refusals
  }

  private struct Answers {
    var refusals: [Int: KafkaError] = [:]
    var fault: KafkaError?

    mutating func take(_ failure: KafkaError?, of token: UInt) {
      guard let failure else { return }
      if case .reject = failure.disposition { refusals[Int(token)] = failure } else { fault = fault ?? failure }
    }
  }

  func close() { producer.close() }
}
