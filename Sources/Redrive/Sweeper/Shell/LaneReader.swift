import Kafka
import NotificationModel
import Runtime

/// Reads how far consumer groups have come, without being a member of them. It belongs to one thread.
struct LaneReader {
  let settings: SweeperSettings
  let stop: StopRequest
  /// For a group's offsets, and for the oldest records of all together. What is not told by then is not known.
  var limitMilliseconds = 10_000

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
    do throws(KafkaError) { try read(&answer) } catch {
      for lane in Lane.all { answer.unread[settings.groups[lane]] = error.description }
    }
    return answer
  }

  private func read(_ answer: inout Answer) throws(KafkaError) {
    let places = try places()
    // All at once, as each has to find its group's coordinator first.
    var members: [(lane: Lane, member: Consumer)] = []
    for lane in Lane.all { members.append((lane, try Consumer(settings.kafka, group: settings.groups[lane]))) }
    let recorder = try settings.groups.recorder.map { group throws(KafkaError) in
      try Consumer(settings.kafka, group: group)
    }
    defer { for consumer in members.map(\.member) + [recorder].compactMap(\.self) { consumer.close() } }
    var starts: [Lane: [TopicPartition: StartOffset]] = [:]
    for (lane, member) in members where !stop.isRequested {
      let own = lane.topics.flatMap { places[settings.name($0)] ?? [] }
      do throws(KafkaError) { starts[lane] = try self.starts(of: member, own) } catch {
        answer.unread[settings.groups[lane]] = error.description
      }
    }
    let reader = try Consumer(kafka)
    defer { reader.close() }
    try readOldest(starts, by: reader, &answer)
    // After the lanes: what they have passed was told by then.
    guard let recorder, let group = settings.groups.recorder else { return }
    do throws(KafkaError) {
      try readStatuses(of: recorder, places[settings.name(.status)] ?? [], by: reader, &answer)
    } catch {
      answer.unread[group] = error.description
    }
  }

  /// All partitions, by topic.
  private func places() throws(KafkaError) -> [String: [TopicPartition]] {
    let admin = try Admin(settings.kafka)
    defer { admin.close() }
    let topics = try admin.metadata(timeoutMilliseconds: limitMilliseconds).topics
    let places = topics.map { topic in (topic.name, topic.partitions.map { TopicPartition(topic.name, $0.id) }) }
    return Dictionary(places) { $1 }
  }

  /// Where a group goes on; nothing where it has committed nothing.
  private func starts(
    of member: Consumer, _ places: [TopicPartition]
  ) throws(KafkaError) -> [TopicPartition: StartOffset] {
    guard !places.isEmpty else { return [:] }
    let committed = try member.committed(places, timeoutMilliseconds: limitMilliseconds)
    guard !committed.isEmpty else { return [:] }
    // In a partition without a commit it begins at the oldest record.
    return Dictionary(places.map { ($0, committed[$0].map { StartOffset.at($0) } ?? .beginning) }) { $1 }
  }

  /// When the oldest record came that each lane has not finished.
  private func readOldest(
    _ starts: [Lane: [TopicPartition: StartOffset]], by reader: Consumer, _ answer: inout Answer
  ) throws(KafkaError) {
    var open: [TopicPartition: Lane] = [:]
    for (lane, starts) in starts { for place in starts.keys { open[place] = lane } }
    guard !open.isEmpty else { return }
    try reader.assign(starts.values.reduce(into: [:]) { $0.merge($1) { $1 } })
    let end = SystemTime.monotonicNanoseconds() + Int64(limitMilliseconds) * 1_000_000
    var (oldest, problem): ([Lane: UnixTime], KafkaError?) = ([:], nil)
    while !open.isEmpty, !stop.isRequested, SystemTime.monotonicNanoseconds() < end {
      do throws(KafkaError) {
        switch try reader.poll(timeoutMilliseconds: 200, { (TopicPartition($0.topic, $0.partition), $0.timestamp) }) {
        case .record((let place, let time)):
          guard let lane = open.removeValue(forKey: place) else { continue }
          oldest[lane] = min(oldest[lane] ?? UnixTime(milliseconds: .max), UnixTime(milliseconds: time ?? 0))
          try reader.pause([place])
        case .end(let place, _): open[place] = nil
        case .nothing: continue
        }
      } catch {
        // Of one partition, and it does not say which: the others may be told all the same.
        problem = error
      }
    }
    for lane in Set(open.values) {
      oldest[lane] = nil
      answer.unread[settings.groups[lane]] = problem?.description ?? "Kafka did not tell in time what lies before it"
    }
    answer.reading.fronts.oldest = oldest
  }

  /// Where the statuses end, and how far their group has come.
  private func readStatuses(
    of recorder: Consumer, _ places: [TopicPartition], by reader: Consumer, _ answer: inout Answer
  ) throws(KafkaError) {
    let end = SystemTime.monotonicNanoseconds() + Int64(limitMilliseconds) * 1_000_000
    var marks: [TopicPartition: (low: Int64, high: Int64)] = [:]
    for place in places {
      let left = (end - SystemTime.monotonicNanoseconds()) / 1_000_000
      guard left > 0, !stop.isRequested else {
        throw KafkaError(.timedOut, "Kafka did not tell in time where \(place) ends")
      }
      marks[place] = try reader.watermarks(place, timeoutMilliseconds: Int(left))
    }
    let committed = try recorder.committed(places, timeoutMilliseconds: limitMilliseconds)
    guard !committed.isEmpty else { return }
    answer.reading.ends = marks.mapValues(\.high)
    answer.recorded = marks.reduce(into: [:]) { $0[$1.key] = committed[$1.key] ?? $1.value.low }
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
