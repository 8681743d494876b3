import Kafka
import NotificationModel
import Runtime

/// The topics and groups between an outbox and the log.
public struct AuditWay: Sendable, Equatable {
  /// Before the topics' names.
  public var prefix = "notification."
  public var router = ConsumerGroup.router
  public var redrive = ConsumerGroup.redrive
  public var recorder = ConsumerGroup.recorder

  public init() {}

  /// Where an event may lie that the log does not know: unrouted; as a dead letter that waits; routed, or parked, and not
  /// recorded yet. What channels hold is of events that the log knows, or whose ROUTED is still to be read.
  var lanes: [(group: String, topics: [String])] {
    let lanes: [(String, [NotificationTopic])] = [
      (router, [.events]), (redrive, [.deadLetters] + NotificationTopic.retries), (recorder, [.status, .parked]),
    ]
    return lanes.map { group, topics in (group, topics.map { $0.name(prefix: prefix) }) }
  }

  var status: String { NotificationTopic.status.name(prefix: prefix) }
}

/// What groups had not finished at one moment, and which of the events that are looked for are among it.
struct InFlight {
  private let kafka: KafkaSettings
  private let status: String
  /// From what a group had committed to where the partition ended.
  private(set) var open: [TopicPartition: Range<Int64>] = [:]

  private static let timeoutMilliseconds = 10_000

  /// A topic that is not there holds nothing. Whatever moves from one topic into another meanwhile is in one of the ranges:
  /// all groups are asked how far they are before any topic is asked where it ends.
  init(_ kafka: KafkaSettings, _ way: AuditWay) throws(KafkaError) {
    (self.kafka, status) = (kafka, way.status)
    let admin = try Admin(kafka)
    defer { admin.close() }
    let topics = try admin.metadata(timeoutMilliseconds: Self.timeoutMilliseconds).topics
    var committed: [TopicPartition: Int64] = [:]
    var places: [TopicPartition] = []
    for (group, names) in way.lanes {
      let own = topics.filter { names.contains($0.name) }
        .flatMap { topic in topic.partitions.map { TopicPartition(topic.name, $0.id) } }
      guard !own.isEmpty else { continue }
      let member = try Consumer(kafka, group: group)
      defer { member.close() }
      try committed.merge(member.committed(own, timeoutMilliseconds: Self.timeoutMilliseconds)) { $1 }
      places += own
    }
    let reader = try Consumer(kafka)
    defer { reader.close() }
    for place in places {
      let (low, high) = try reader.watermarks(place, timeoutMilliseconds: Self.timeoutMilliseconds)
      let start = max(low, committed[place] ?? low)
      if start < high { open[place] = start..<high }
    }
  }

  /// How many records.
  var count: Int { open.values.reduce(0) { $0 + $1.count } }

  /// Reads them, and tells `absent` of every id that it meets, until all are met.
  /// - Parameters:
  ///   - most: how many records are read at most.
  ///   - limit: for how long.
  /// - Returns: how many records were not looked at, among which more of the events may be.
  func look(
    for absent: inout AbsentEvents, most: Int = 500_000, limit: Duration = .seconds(60)
  ) throws(KafkaError) -> Int {
    guard !open.isEmpty, absent.isWhole, !absent.isDone else { return absent.isDone ? 0 : count }
    let reader = try Consumer(settings)
    defer { reader.close() }
    try reader.assign(open.mapValues { .at($0.lowerBound) })
    var left = open
    var read = 0
    let end = SystemTime.monotonicNanoseconds() + Int64(limit / .nanoseconds(1))
    while !left.isEmpty, !absent.isDone, read < most, SystemTime.monotonicNanoseconds() < end {
      switch try reader.poll(timeoutMilliseconds: 200, { Met($0, status: status) }) {
      case .record(let met):
        guard let range = left[met.place] else { continue }
        read += 1
        if met.offset < range.upperBound, let id = met.id { absent.meet(id) }
        left[met.place] = met.offset + 1 < range.upperBound ? met.offset + 1..<range.upperBound : nil
      case .end(let place, _): left[place] = nil
      case .nothing: continue
      }
    }
    return absent.isDone ? 0 : left.values.reduce(0) { $0 + $1.count }
  }

  private var settings: KafkaSettings {
    var settings = kafka
    let own = [
      "enable.partition.eof": "true", "auto.offset.reset": "earliest", "queued.max.messages.kbytes": "16384",
      "fetch.wait.max.ms": "50",
    ]
    settings.properties.merge(own) { $1 }
    return settings
  }

  /// A record, as far as it tells of whom it is: an event and its dead letter have its id in a header, and a ROUTED is
  /// keyed by it. A delivery's id is no event's.
  private struct Met {
    let place: TopicPartition
    let offset: Int64
    let id: String?

    init(_ record: borrowing ConsumedRecord, status: String) {
      place = TopicPartition(record.topic, record.partition)
      offset = record.offset
      if place.topic == status {
        id = record.keyBytes.map { String(decoding: $0, as: UTF8.self) }
      } else {
        id = record.headerBytes.last { $0.name == RecordHeader.eventID }?.value
          .map { String(decoding: $0, as: UTF8.self) }
      }
    }
  }
}
