import PGOutput

/// Where the stream stands: the transaction's commit and the row's number in it.
///
/// A row's own LSN is no position: all rows of a COPY share one, and a BEGIN shares its with the first row.
struct StreamPosition: Equatable, Comparable, Sendable {
  var commit: LSN
  /// Rows of the transaction that stand before, counted from 0.
  var ordinal: Int

  static func < (a: Self, b: Self) -> Bool {
    a.commit == b.commit ? a.ordinal < b.ordinal : a.commit < b.commit
  }
}

/// Follows the transactions of a stream and tells what is new in it.
///
/// When PostgreSQL was away and the relay was not, the stream begins again at the confirmed position and repeats
/// what is in flight or acknowledged already. The tracker outlives the connection, so that these are passed over.
struct StreamTracker {
  /// The first row that was never handed to Kafka.
  private(set) var next: StreamPosition
  /// The end of the last commit that was seen.
  private(set) var committed: LSN
  /// The open transaction; nil between transactions.
  private(set) var transaction: Transaction?

  struct Transaction: Equatable {
    let commit: LSN
    /// µs since 2000-01-01 UTC.
    let committedAt: Int64
    /// The number of the next row.
    var ordinal = 0
  }

  init(confirmed: LSN) {
    next = StreamPosition(commit: confirmed, ordinal: 0)
    committed = confirmed
  }

  mutating func begin(commit: LSN, committedAt: Int64, past: Int = 0) {
    transaction = Transaction(commit: commit, committedAt: committedAt, ordinal: past)
  }

  /// The row that comes next.
  var place: StreamPosition {
    transaction.map { StreamPosition(commit: $0.commit, ordinal: $0.ordinal) } ?? next
  }

  /// Counts one row. Returns false for one that an earlier connection delivered.
  mutating func row() -> Bool {
    guard let open = transaction else { return true }
    transaction?.ordinal += 1
    let position = StreamPosition(commit: open.commit, ordinal: open.ordinal)
    guard position >= next else { return false }
    next = StreamPosition(commit: open.commit, ordinal: open.ordinal + 1)
    return true
  }

  /// Ends the transaction. Returns false when an earlier connection had seen this commit.
  mutating func commit(end: LSN) -> Bool {
    transaction = nil
    guard end > committed else { return false }
    committed = end
    next = max(next, StreamPosition(commit: end, ordinal: 0))
    return true
  }

  /// Once this is confirmed, every row that was seen is behind, those of the open transaction too: its end stands past
  /// its commit record.
  var seen: LSN { transaction.map { max(committed, LSN(rawValue: $0.commit.rawValue + 1)) } ?? committed }

  /// The connection ended; a transaction that was open comes again from its first row.
  mutating func disconnected() { transaction = nil }
}
