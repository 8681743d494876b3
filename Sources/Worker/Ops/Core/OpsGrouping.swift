import Kafka
import NotificationModel
import Signing

/// Which alerts are told together, and when: those of a group within a window are one message, a group that was told is
/// quiet for a time, and of all messages there are so many a minute; what is beyond that is told in one digest. A group's
/// next message waits for the end of the one before.
///
/// What it knows of a partition can be noted with the partition's commits and taken up again by another process: then
/// nothing is told twice but what was begun and not ended, in the very same messages.
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

  /// What was told of a group, by its alerts' offsets.
  private struct Told {
    var at: Int64
    var through: Int64 = -1
    var begun: Int64?
    /// Its message is on its way from here.
    var isOnItsWay = false
  }

  private let limits: Limits
  /// In the order of their messages: more than one only where the first was begun by another process.
  private var waiting: [OpsGroup.Key: [OpsGroup]] = [:]
  private var told: [OpsGroup.Key: Told] = [:]
  private var tokens: Double
  private var refilledAt: Int64
  private static let minute = 60_000_000_000.0
  private static let toldMax = 1_000
  private static let millisecond: Int64 = 1_000_000

  init(_ limits: Limits, now: Int64) {
    (self.limits, refilledAt, tokens) = (limits, now, Double(limits.messagesPerMinute))
  }

  var groupCount: Int { waiting.count }

  /// - Returns: false for an alert that was told before, as its note says.
  mutating func add(_ alert: Alert, _ place: OpsPlace, now: Int64) -> Bool {
    let key = OpsGroup.Key(alert, place)
    let (through, begun) = (told[key]?.through ?? -1, told[key]?.begun ?? -1)
    guard place.offset > through else { return false }
    var groups = waiting[key] ?? []
    // A message that was begun comes again as it was: what is told twice under one id says the same.
    if let last = groups.last, !(last.end <= begun && place.offset > begun) {
      groups[groups.count - 1].add(alert, place)
    } else {
      groups.append(OpsGroup(alert, place, now: now))
    }
    waiting[key] = groups
    return true
  }

  /// Somebody else reads these partitions now, and tells what is in them.
  mutating func forget(_ partitions: [TopicPartition]) {
    let gone = Set(partitions)
    waiting = waiting.filter { !gone.contains($0.key.partition) }
    told = told.filter { !gone.contains($0.key.partition) }
  }

  /// What is to be told now. It is begun: note that before it is sent.
  /// - Parameter isFull: too much waits to wait any longer; the limit of a minute still holds.
  mutating func take(now: Int64, isFull: Bool = false) -> [OpsMessage] {
    refill(now)
    let due = waiting.compactMap { key, groups -> OpsGroup? in
      guard let group = groups.first, let dueAt = dueAt(key, group), isFull || dueAt <= now else { return nil }
      return group
    }.sorted(by: Self.comesBefore)
    guard !due.isEmpty, tokens >= 1 else { return [] }
    let singles = due.count > Int(tokens) ? Int(tokens) - 1 : due.count
    var messages = due.prefix(singles).map { OpsMessage([$0], isRepeated: isRepeated($0)) }
    if singles < due.count {
      let rest = Array(due.dropFirst(singles))
      messages.append(OpsMessage(rest, isRepeated: rest.contains(where: isRepeated)))
    }
    for group in due { begin(group, now) }
    tokens -= Double(messages.count)
    if told.count > Self.toldMax {
      told = told.filter { $0.value.begun != nil || $0.value.at + limits.quiet > now }
    }
    return messages
  }

  private func isRepeated(_ group: OpsGroup) -> Bool { group.end <= told[group.key]?.begun ?? -1 }

  private mutating func begin(_ group: OpsGroup, _ now: Int64) {
    let rest = waiting[group.key]?.dropFirst() ?? []
    waiting[group.key] = rest.isEmpty ? nil : Array(rest)
    told[group.key, default: Told(at: now)].at = now
    told[group.key]?.begun = group.end
    told[group.key]?.isOnItsWay = true
  }

  /// A message is over, told or given up.
  mutating func end(_ message: OpsMessage) {
    for group in message.groups where told[group.key]?.isOnItsWay == true {
      told[group.key]?.through = group.end
      told[group.key]?.begun = nil
      told[group.key]?.isOnItsWay = false
    }
  }

  /// When there may be something to tell; nil while nothing waits for a time.
  func nextAt(now: Int64) -> Int64? {
    let times = waiting.compactMap { key, groups in groups.first.flatMap { dueAt(key, $0) } }
    guard let due = times.min() else { return nil }
    guard tokens < 1 else { return due }
    let missing = (1 - tokens) * Self.minute / Double(limits.messagesPerMinute)
    return max(due, refilledAt + Int64(missing.rounded(.up)) + 1)
  }

  /// Nil while the message before is on its way. One that was begun by another process has waited long enough, once all
  /// of it was read.
  private func dueAt(_ key: OpsGroup.Key, _ group: OpsGroup) -> Int64? {
    guard let told = told[key] else { return group.since + limits.window }
    if told.isOnItsWay { return nil }
    if let begun = told.begun, group.end <= begun {
      return group.end == begun ? group.since : group.since + limits.window
    }
    return max(group.since + limits.window, told.at + limits.quiet)
  }

  private mutating func refill(_ now: Int64) {
    tokens = filled(tokens, after: now - refilledAt)
    refilledAt = max(refilledAt, now)
  }

  private func filled(_ tokens: Double, after time: Int64) -> Double {
    let more = Double(max(0, time)) * Double(limits.messagesPerMinute) / Self.minute
    return min(Double(limits.messagesPerMinute), max(0, tokens) + more)
  }

  private static func comesBefore(_ one: OpsGroup, _ other: OpsGroup) -> Bool {
    if one.severity != other.severity { return one.severity.rank > other.severity.rank }
    return (one.since, one.name) < (other.since, other.name)
  }
}

extension OpsGrouping {
  /// What is to be noted with a partition's commit.
  /// - Parameters:
  ///   - next: the offset that is committed.
  ///   - time: milliseconds since 1970.
  func note(_ partition: TopicPartition, next: Int64, now: Int64, time: Int64) -> OpsNote {
    func needs(_ told: Told) -> Bool { told.begun != nil || told.through >= next }
    let kept = told.filter { key, told in
      key.partition == partition && (needs(told) || told.at + limits.quiet > now)
    }.sorted { one, other in
      needs(one.value) == needs(other.value) ? one.value.at > other.value.at : needs(one.value)
    }
    return OpsNote(
      time: time, tokens: filled(tokens, after: now - refilledAt),
      told: kept.map { key, told in
        OpsNote.Told(
          tag: key.tag, age: max(0, now - told.at) / Self.millisecond, through: told.through, begun: told.begun)
      })
  }

  /// Goes on where another process was with a partition. Of the messages of a minute what either has used is used.
  mutating func takeUp(_ note: OpsNote, of partition: TopicPartition, now: Int64, time: Int64) {
    // A clock that was set back makes it quiet for longer, and none of it is forgotten.
    let gone = Self.nanoseconds(max(0, time - note.time))
    refill(now)
    tokens = min(tokens, filled(note.tokens, after: gone))
    for one in note.told {
      told[OpsGroup.Key(partition: partition, tag: one.tag)] = Told(
        at: now - Self.nanoseconds(one.age) - gone, through: one.through, begun: one.begun)
    }
  }

  /// At most what two of them can be added of.
  private static func nanoseconds(_ milliseconds: Int64) -> Int64 {
    min(milliseconds, .max / 4 / millisecond) * millisecond
  }
}
