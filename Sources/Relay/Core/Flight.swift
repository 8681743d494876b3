import PGOutput

/// The rows handed to Kafka and not yet acknowledged, in the order of the stream.
///
/// Kafka acknowledges in order within a partition and in none across partitions, while the slot knows one position
/// only. So a row leaves at the front alone, and a commit is confirmable once every row before its end has left.
/// A row's place is its token; tokens count up for the life of a pipeline.
struct Flight {
  /// The next row's token; rows handed over so far.
  private(set) var tail: UInt = 0
  /// The oldest token without an acknowledgement.
  private(set) var head: UInt = 0
  /// Bytes of keys, values and headers between `head` and `tail`.
  private(set) var bytes = 0
  /// The end of the last commit before which nothing waits.
  private(set) var confirmable: LSN

  private var slots: [Slot]
  private var commits: CommitQueue
  private let mask: UInt

  private struct Slot {
    var bytes: UInt32 = 0
    var isDone = false
    /// When its transaction committed, for the latency histogram; µs since 2000-01-01.
    var committedAt: Int64 = 0
  }

  /// - Parameters:
  ///   - rowsMax: rows between head and tail at most; rounded up to a power of two.
  ///   - confirmed: where the slot stands at the start.
  init(rowsMax: Int, confirmed: LSN) {
    var capacity = 64
    while capacity < rowsMax { capacity *= 2 }
    slots = Array(repeating: Slot(), count: capacity)
    commits = CommitQueue()
    mask = UInt(capacity - 1)
    confirmable = confirmed
  }

  var rows: Int { Int(tail - head) }
  /// Rows among them that have had no answer: behind the front acknowledged ones lie as well.
  var unanswered: Int { (head..<tail).count { !slots[Int($0 & mask)].isDone } }
  var isEmpty: Bool { head == tail }
  var isFull: Bool { rows == slots.count }
  /// The times of the oldest row that waits; nil when none does.
  var oldestCommittedAt: Int64? { isEmpty ? nil : slots[Int(head & mask)].committedAt }

  /// Takes a place for one row.
  mutating func append(bytes count: Int, committedAt: Int64) -> UInt {
    precondition(!isFull, "the caller stops reading before the flight is full")
    let size = UInt32(clamping: count)
    slots[Int(tail & mask)] = Slot(bytes: size, committedAt: committedAt)
    bytes += Int(size)
    defer { tail += 1 }
    return tail
  }

  /// Marks the end of a transaction whose rows, if any, have all been appended.
  mutating func commit(end: LSN) {
    if isEmpty { confirmable = max(confirmable, end) } else { commits.append(end: end, after: tail) }
  }

  /// One row is in Kafka, or its pointer is. An acknowledgement that comes twice changes nothing.
  mutating func acknowledge(_ token: UInt) {
    guard token >= head, token < tail, !slots[Int(token & mask)].isDone else { return }
    slots[Int(token & mask)].isDone = true
    if token == head { advance() }
  }

  func committedAt(_ token: UInt) -> Int64 { slots[Int(token & mask)].committedAt }

  private mutating func advance() {
    while head < tail, slots[Int(head & mask)].isDone {
      bytes -= Int(slots[Int(head & mask)].bytes)
      head += 1
    }
    if let end = commits.removeAll(upTo: head) { confirmable = max(confirmable, end) }
  }
}
