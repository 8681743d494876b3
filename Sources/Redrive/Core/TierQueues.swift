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
    private var waiting: [Waiting] = []
    /// Taken off the front already.
    private var taken = 0
    /// Not before then, so that partitions do not all release at once.
    private(set) var restUntil: Int64 = 0

    var head: Waiting? { taken < waiting.count ? waiting[taken] : nil }
    var count: Int { waiting.count - taken }

    mutating func append(_ one: Waiting) { waiting.append(one) }

    /// Moves what is due out of it, up to so many in all.
    mutating func release(into due: inout [SourceRecord], now: Int64, most: Int) {
      while due.count < most, let head, head.due <= now {
        due.append(head.record)
        taken += 1
      }
      guard taken > 256 || head == nil, taken * 2 >= waiting.count else { return }
      waiting.removeFirst(taken)
      taken = 0
    }

    /// - Parameter jitter: the most by which a release may be late.
    mutating func rest(now: Int64, jitter: Int64, using random: inout some RandomNumberGenerator) {
      guard let head else {
        restUntil = 0
        return
      }
      // What is overdue has waited long enough.
      let spread = head.due > now ? jitter : 0
      restUntil = head.due + (spread > 0 ? Int64.random(in: 0...spread, using: &random) : 0)
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
    // A line is changed where it lies: taken out and put back it would be copied for each record.
    lines[record.place, default: Line()].append(Waiting(record: record, due: due))
    if lines[record.place]?.count == 1 {
      lines[record.place]?.rest(now: now, jitter: min(jitter, wait / 20), using: &random)
    }
  }

  /// What is due, in the order of each partition.
  /// - Parameter wait: of a partition's tier.
  mutating func takeDue(
    now: Int64, most: Int, wait: (TopicPartition) -> Int64, using random: inout some RandomNumberGenerator
  ) -> [SourceRecord] {
    var due: [SourceRecord] = []
    for place in lines.filter({ $1.head != nil && $1.restUntil <= now }).keys.sorted(by: Self.isBefore) {
      lines[place]?.release(into: &due, now: now, most: most)
      lines[place]?.rest(now: now, jitter: min(jitter, wait(place) / 20), using: &random)
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
