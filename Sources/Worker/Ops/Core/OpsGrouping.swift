import Kafka
import NotificationModel
import Signing

/// Which alerts are told together, and when: those of a group within a window are one message, a group that was told is
/// quiet for a time, and of all messages there are so many a minute; what is beyond that is told in one digest.
///
/// Times are monotonic nanoseconds and come in as arguments.
struct OpsGrouping {
  struct Limits: Sendable, Equatable {
    /// From a group's first alert to its message.
    var window: Int64
    /// From a group's message to its next.
    var quiet: Int64
    var messagesPerMinute: Int
  }

  private struct Key: Hashable {
    let partition: TopicPartition
    let name: String
  }

  private let limits: Limits
  private var waiting: [Key: OpsGroup] = [:]
  private var told: [Key: Int64] = [:]
  private var tokens: Double
  private var refilledAt: Int64
  private static let minute = 60_000_000_000.0
  private static let toldMax = 1_000
  private static let namespace: [UInt8] = Array("bongsu ops alert".utf8)

  init(_ limits: Limits, now: Int64) {
    (self.limits, refilledAt, tokens) = (limits, now, Double(limits.messagesPerMinute))
  }

  var groupCount: Int { waiting.count }

  mutating func add(_ alert: Alert, _ place: OpsPlace, now: Int64) {
    let key = Key(partition: place.partition, name: alert.group)
    if waiting[key] != nil {
      waiting[key]?.add(alert, place)
    } else {
      let name = "\(place.partition.topic)/\(place.partition.partition)/\(place.offset)"
      let id = NameUUID.text(namespace: Self.namespace, name: Array(name.utf8))
      waiting[key] = OpsGroup(alert, place, id: id, now: now)
    }
  }

  /// Somebody else reads these partitions now, and tells what is in them.
  mutating func forget(_ partitions: [TopicPartition]) {
    let gone = Set(partitions)
    waiting = waiting.filter { !gone.contains($0.key.partition) }
  }

  /// What is to be told now.
  /// - Parameter isFull: too much waits to wait any longer; the limit of a minute still holds.
  mutating func take(now: Int64, isFull: Bool = false) -> [OpsMessage] {
    refill(now)
    var due = waiting.filter { isFull || dueAt($0.key, $0.value) <= now }.sorted {
      Self.comesBefore($0.value, $1.value)
    }
    guard !due.isEmpty, tokens >= 1 else { return [] }
    var messages: [OpsMessage] = []
    let room = Int(tokens)
    if due.count > room {
      messages =
        due.prefix(room - 1).map { OpsMessage([$0.value]) } + [OpsMessage(due.dropFirst(room - 1).map(\.value))]
    } else {
      messages = due.map { OpsMessage([$0.value]) }
    }
    for (key, _) in due {
      waiting[key] = nil
      told[key] = now
    }
    due = []
    tokens -= Double(messages.count)
    if told.count > Self.toldMax { told = told.filter { $0.value + limits.quiet > now } }
    return messages
  }

  /// When there may be something to tell; nil while nothing waits.
  func nextAt(now: Int64) -> Int64? {
    guard let due = waiting.map({ dueAt($0.key, $0.value) }).min() else { return nil }
    guard tokens < 1 else { return due }
    let missing = (1 - tokens) * Self.minute / Double(limits.messagesPerMinute)
    return max(due, refilledAt + Int64(missing.rounded(.up)) + 1)
  }

  private func dueAt(_ key: Key, _ group: OpsGroup) -> Int64 {
    max(group.since + limits.window, told[key].map { $0 + limits.quiet } ?? .min)
  }

  private mutating func refill(_ now: Int64) {
    let more = Double(max(0, now - refilledAt)) * Double(limits.messagesPerMinute) / Self.minute
    tokens = min(Double(limits.messagesPerMinute), tokens + more)
    refilledAt = max(refilledAt, now)
  }

  private static func comesBefore(_ one: OpsGroup, _ other: OpsGroup) -> Bool {
    if one.severity != other.severity { return one.severity.rank > other.severity.rank }
    return (one.since, one.name) < (other.since, other.name)
  }
}
