import Kafka
import NotificationModel
import Runtime

/// Reads how far consumer groups have come, without being a member of them. It belongs to one thread.
struct LaneReader {
  let settings: SweeperSettings
  let stop: StopRequest

  /// For one lane with all of its partitions. One that gives no answer by then is not known.
  var limitMilliseconds = 5_000

  struct Answer {
    var reading = LaneMemory.Reading()
    /// How far the log's recorders have come; nil where that is not known.
    var recorded: [TopicPartition: Int64]?
    /// Groups of which nothing is known, with the reason.
    var unread: [String: String] = [:]
  }

  /// A group that has committed nothing holds nothing: nobody may ever read for it.
  func read() -> Answer {
    var answer = Answer()
    let places: [String: [TopicPartition]]
    do throws(KafkaError) { places = try self.places() } catch {
      for lane in Lane.all { answer.unread[settings.groups[lane]] = error.description }
      return answer
    }
    for lane in Lane.all where !stop.isRequested {
      let group = settings.groups[lane]
      let own = lane.topics.flatMap { places[settings.name($0)] ?? [] }
      do throws(KafkaError) { answer.reading.fronts.oldest[lane] = try oldest(of: group, own) } catch {
        answer.unread[group] = error.description
      }
    }
    guard let recorder = settings.groups.recorder else { return answer }
    // After the lanes: what they have passed was told by then.
    do throws(KafkaError) { try readStatuses(of: recorder, places[settings.name(.status)] ?? [], &answer) } catch {
      answer.unread[recorder] = error.description
    }
    return answer
  }

  /// Where the statuses end, and how far their group has come.
  private func readStatuses(
    of group: String, _ places: [TopicPartition], _ answer: inout Answer
  ) throws(KafkaError) {
    let consumer = try Consumer(kafka, group: group)
    defer { consumer.close() }
    let end = SystemTime.monotonicNanoseconds() + Int64(limitMilliseconds) * 1_000_000
    var marks: [TopicPartition: (low: Int64, high: Int64)] = [:]
    for place in places {
      let left = (end - SystemTime.monotonicNanoseconds()) / 1_000_000
      guard left > 0, !stop.isRequested else {
        throw KafkaError(.timedOut, "Kafka did not tell in time where \(place) ends")
      }
      marks[place] = try consumer.watermarks(place, timeoutMilliseconds: Int(left))
    }
    let committed = try consumer.committed(places, timeoutMilliseconds: limitMilliseconds)
    guard !committed.isEmpty else { return }
    answer.reading.ends = marks.mapValues(\.high)
    answer.recorded = marks.reduce(into: [:]) { $0[$1.key] = committed[$1.key] ?? $1.value.low }
  }

  /// All partitions, by topic.
  private func places() throws(KafkaError) -> [String: [TopicPartition]] {
    let admin = try Admin(settings.kafka)
    defer { admin.close() }
    let topics = try admin.metadata(timeoutMilliseconds: limitMilliseconds).topics
    return Dictionary(topics.map { topic in (topic.name, topic.partitions.map { TopicPartition(topic.name, $0.id) }) })
    {
      $1
    }
  }

  /// When the oldest record came that a group has not finished; nil where it has finished all or committed nothing.
  private func oldest(of group: String, _ places: [TopicPartition]) throws(KafkaError) -> UnixTime? {
    guard !places.isEmpty else { return nil }
    let end = SystemTime.monotonicNanoseconds() + Int64(limitMilliseconds) * 1_000_000
    let consumer = try Consumer(kafka, group: group)
    defer { consumer.close() }
    let committed = try consumer.committed(places, timeoutMilliseconds: limitMilliseconds)
    guard !committed.isEmpty else { return nil }
    // Where a group has no commit in a partition it begins at the oldest record.
    let starts = places.map { ($0, committed[$0].map { StartOffset.at($0) } ?? .beginning) }
    try consumer.assign(Dictionary(starts) { $1 })
    var open = Set(places)
    var oldest: Int64?
    while !open.isEmpty {
      guard SystemTime.monotonicNanoseconds() < end, !stop.isRequested else {
        throw KafkaError(.timedOut, "Kafka told of \(open.count) partitions of the group nothing in time")
      }
      switch try consumer.poll(timeoutMilliseconds: 200, { (TopicPartition($0.topic, $0.partition), $0.timestamp) }) {
      case .record((let place, let time)):
        guard open.remove(place) != nil else { continue }
        oldest = min(oldest ?? .max, time ?? 0)
        try consumer.pause([place])
      case .end(let place, _): open.remove(place)
      case .nothing: continue
      }
    }
    return oldest.map { UnixTime(milliseconds: $0) }
  }

  /// One record of each partition is enough.
  private var kafka: KafkaSettings {
    var kafka = settings.kafka
    let own = [
      "enable.partition.eof": "true", "auto.offset.reset": "earliest", "queued.max.messages.kbytes": "2048",
      "queued.min.messages": "1", "fetch.message.max.bytes": "4096", "fetch.wait.max.ms": "50",
    ]
    kafka.properties.merge(own) { $1 }
    return kafka
  }
}
