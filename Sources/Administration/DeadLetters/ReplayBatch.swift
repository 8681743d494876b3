import DeadLetters

/// How fast a replay may go: whole batches at a steady rate.
struct ReplayPace {
  /// Records a second; nil: as fast as it goes.
  let rate: Int?
  let start: Int64

  /// Records of one batch: what is sent twice at most after a crash.
  var batch: Int { min(rate ?? Self.most, Self.most) }
  static let most = 100

  /// When the next batch may begin, in the clock of `start`, once so many were sent.
  func next(after sent: Int) -> Int64 {
    guard let rate else { return start }
    return start + Int64(sent) * 1_000_000_000 / Int64(rate)
  }
}

/// How much of what is sent a replay holds at once.
enum ReplayBatch {
  /// Bytes of the records of one batch; one that is larger goes alone.
  static let bytes = 16 << 20

  /// The first rows, so many as fit with what their pointers stand for, one at the least.
  static func first(_ rows: [DeadLetterRow], bytes limit: Int = bytes) -> ArraySlice<DeadLetterRow> {
    var sum = 0
    let end = rows.firstIndex { row in
      // What is nonsense in a pointer is refused later, and counts for nothing here.
      sum += (row.key?.count ?? 0) + max(row.value?.count ?? 0, min(row.pointedBytes ?? 0, limit))
      return sum > limit
    }
    return rows[..<max(min(1, rows.count), end ?? rows.count)]
  }
}
