import Kafka
import NotificationModel
import Policy

/// What was read of the retry topics and is not due yet, partition by partition in the order of the topic: the first that
/// is not due holds back those behind it, which are due later.
struct TierQueues {
  private struct Waiting {
    let record: SourceRecord
    /// Milliseconds since 1970.
    let due: Int64
  }

  private struct Line {
    var waiting: [Waiting] = []
    /// Taken off the front already.
    var taken = 0
    /// Not before then, so that partitions do not all release at once.
    var restUntil: Int64 = 0

    var head: Waiting? { taken < waiting.count ? waiting[taken] : nil }
    var count: Int { waiting.count - taken }

    mutating func drop() {
      waiting.removeFirst(taken)
      taken = 0
    }
  }

  private var lines: [TopicPartition: Line] = [:]
  /// The most by which a release is later than it is due, in milliseconds.
  let jitter: Int64

  init(jitter: Int64) { self.jitter = jitter }

  /// - Parameters:
  ///   - wait: the tier's, in milliseconds.
  ///   - now: the time at which it was read; no record was appended later, whatever the broker's clock says.
  mutating func add(_ record: SourceRecord, wait: Int64, now: Int64, using random: inout some RandomNumberGenerator) {
    let appended = record.timestamp > 0 ? min(record.timestamp, now) : now
    var due = appended.saturatingAdd(wait)
    // Another round of a minute for a second or two would be a waste.
    if let notBefore = record.number(RecordHeader.notBefore), notBefore > due, notBefore - due <= min(wait / 10, 5_000)
    {
      due = notBefore
    }
    var line = lines[record.place] ?? Line()
    line.waiting.append(Waiting(record: record, due: due))
    if line.count == 1 { rest(&line, now, wait, using: &random) }
    lines[record.place] = line
  }

  private func rest(
    _ line: inout Line, _ now: Int64, _ wait: Int64, using random: inout some RandomNumberGenerator
  ) {
    guard let head = line.head else { return }
    // What is overdue has waited long enough.
    let spread = head.due > now ? min(jitter, wait / 20) : 0
    line.restUntil = head.due + (spread > 0 ? Int64.random(in: 0...spread, using: &random) : 0)
  }

  /// What is due, in the order of each partition.
  /// - Parameter wait: of a partition's tier.
  mutating func takeDue(
    now: Int64, most: Int, wait: (TopicPartition) -> Int64, using random: inout some RandomNumberGenerator
  ) -> [SourceRecord] {
    var due: [SourceRecord] = []
    for place in lines.keys.sorted(by: Self.isBefore) {
      guard var line = lines[place], line.restUntil <= now else { continue }
      while due.count < most, let head = line.head, head.due <= now {
        due.append(head.record)
        line.taken += 1
      }
      if line.head == nil {
        line = Line()
      } else {
        rest(&line, now, wait(place), using: &random)
        if line.taken > 256 { line.drop() }
      }
      lines[place] = line
    }
    return due
  }

  private static func isBefore(_ one: TopicPartition, _ other: TopicPartition) -> Bool {
    (one.topic, one.partition) < (other.topic, other.partition)
  }

  /// Partitions of which nothing more is to be read at present, and those of which all was taken.
  var waiting: [TopicPartition] { lines.filter { $1.head != nil }.map(\.key) }
  var empty: [TopicPartition] { lines.filter { $1.head == nil }.map(\.key) }

  /// When something is released next, in milliseconds since 1970; nil where nothing waits.
  var nextAt: Int64? { lines.values.compactMap { line in line.head.map { max($0.due, line.restUntil) } }.min() }

  /// When the one that waits longest was due; nil where nothing waits.
  var oldestDue: Int64? { lines.values.compactMap { $0.head?.due }.min() }

  func count(of topic: String) -> Int { lines.reduce(0) { $1.key.topic == topic ? $0 + $1.value.count : $0 } }

  /// Somebody else reads these now.
  mutating func forget(_ partitions: [TopicPartition]) { for partition in partitions { lines[partition] = nil } }
}
