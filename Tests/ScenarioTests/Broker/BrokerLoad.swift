import Kafka
import Runtime
import Synchronization
import TestSupport

/// A producer under load, on a thread of its own, that notes what the broker has acknowledged. Values are numbers that
/// rise within each key.
final class BrokerLoad: Sendable {
  private let progress = Progress()
  private let thread: OwnedThread

  /// Records that wait for their acknowledgement, at most.
  private static let inFlight = 2_000

  init(_ settings: KafkaSettings, topic: String) throws {
    let wake = WakeSignal()
    let producer = SendableProducer(try Producer(settings, wake: wake))
    thread = OwnedThread(name: "broker load") { [progress] in
      do {
        var load = try Loop(producer.producer, wake, topic: topic)
        while !progress.isOver { progress.note(try load.step()) }
        progress.note(try load.finish())
      } catch {
        progress.fail("\(error)")
      }
      producer.producer.close()
    }
  }

  /// What the thread and its owner share.
  private final class Progress: Sendable {
    private let state = Mutex<(acknowledged: [Int], failure: String?, isOver: Bool)>(([], nil, false))

    var acknowledged: [Int] { state.withLock { $0.acknowledged } }
    var failure: String? { state.withLock { $0.failure } }
    var isOver: Bool { state.withLock { $0.isOver } }

    func note(_ numbers: [Int]) { state.withLock { $0.acknowledged += numbers } }
    func fail(_ why: String) { state.withLock { $0.failure = why } }
    func end() { state.withLock { $0.isOver = true } }
  }

  var count: Int { progress.acknowledged.count }

  func wait(acknowledged more: Int) throws {
    let goal = count + more
    try eventually("\(more) more records are acknowledged", within: .seconds(60)) {
      if let failure = progress.failure { throw NeverHappened(description: failure) }
      return count >= goal
    }
  }

  /// Ends the load once all that it has produced is acknowledged.
  /// - Returns: the numbers that were.
  func finish() throws -> [Int] {
    progress.end()
    guard thread.join(timeoutMilliseconds: 90_000) else { throw NeverHappened(description: "the load does not end") }
    if let failure = progress.failure { throw NeverHappened(description: failure) }
    return progress.acknowledged
  }

  /// What one thread does, turn by turn.
  private struct Loop {
    private let producer: Producer
    private let wake: WakeSignal
    private let topic: ProducerTopic
    private var produced = 0
    private var reported = 0

    init(_ producer: Producer, _ wake: WakeSignal, topic: String) throws {
      (self.producer, self.wake, self.topic) = (producer, wake, try producer.topic(topic))
    }

    mutating func step() throws -> [Int] {
      while produced - reported < BrokerLoad.inFlight { try produce() }
      _ = Poll.wait([wake.fileDescriptor], timeoutMilliseconds: 100)
      return try drain()
    }

    mutating func finish() throws -> [Int] {
      var numbers: [Int] = []
      try eventually("all is acknowledged", within: .seconds(60)) {
        numbers += try drain()
        return reported == produced
      }
      return numbers
    }

    private mutating func produce() throws {
      var headers = RecordHeaders()
      let (key, value) = (Array("key-\(produced % 10)".utf8), Array("\(produced)".utf8))
      try producer.produce(
        topic, key: key.span.bytes, value: value.span.bytes, headers: &headers, token: UInt(produced + 1))
      produced += 1
    }

    private mutating func drain() throws -> [Int] {
      wake.clear()
      var numbers: [Int] = []
      var failure: (any Error)?
      producer.drain { report in
        reported += 1
        if let error = report.failure { failure = error } else { numbers.append(Int(report.token) - 1) }
      }
      if let failure { throw failure }
      return numbers
    }
  }
}

/// A producer on its way to the thread that it belongs to.
private struct SendableProducer: @unchecked Sendable {
  let producer: Producer
  init(_ producer: Producer) { self.producer = producer }
}

/// What a topic holds of a load, as another client reads it.
struct BrokerVerdict: CustomStringConvertible {
  private(set) var (missing, repeated, disordered) = (0, 0, 0)
  let acknowledged: Int

  init(_ topic: TopicReader, acknowledged: [Int]) throws {
    self.acknowledged = acknowledged.count
    let records = try topic.records()
    let numbers = records.compactMap { Int($0.value) }
    missing = Set(acknowledged).subtracting(numbers).count
    repeated = numbers.count - Set(numbers).count
    for (_, ofKey) in Dictionary(grouping: records, by: \.key) {
      let order = ofKey.sorted { $0.offset < $1.offset }.compactMap { Int($0.value) }
      disordered += zip(order, order.dropFirst()).count { $0 > $1 }
    }
  }

  var isSound: Bool { missing == 0 && repeated == 0 && disordered == 0 && acknowledged > 0 }

  var description: String {
    "acknowledged \(acknowledged), missing \(missing), repeated \(repeated), out of order \(disordered)"
  }
}
