import PGOutput

/// The commits that wait for rows before them, oldest first: a ring that grows with the number of small
/// transactions in flight and is never larger than that.
struct CommitQueue {
  private var ends: [LSN] = []
  private var tokens: [UInt] = []
  private var first = 0

  var isEmpty: Bool { first == ends.count }

  /// `token` is the first one after the transaction's rows. A stream that repeats itself never takes an end back.
  mutating func append(end: LSN, after token: UInt) {
    let end = isEmpty ? end : max(end, ends[ends.count - 1])
    if !isEmpty, tokens[tokens.count - 1] == token {
      ends[ends.count - 1] = end
    } else {
      ends.append(end)
      tokens.append(token)
    }
  }

  /// Drops the commits all of whose rows stand before `head`; the last one's end.
  mutating func removeAll(upTo head: UInt) -> LSN? {
    let start = first
    while first < tokens.count, tokens[first] <= head { first += 1 }
    guard first > start else { return nil }
    let end = ends[first - 1]
    compact()
    return end
  }

  /// Moves the rest to the front once at least half is spent, so that each element moves once on average.
  private mutating func compact() {
    guard first * 2 >= ends.count else { return }
    ends.removeFirst(first)
    tokens.removeFirst(first)
    first = 0
  }
}
