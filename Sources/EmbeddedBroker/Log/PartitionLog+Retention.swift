extension PartitionLog {
  /// Removes the segments that are too old, or too many, or wholly before the start offset; forgets producers that are
  /// gone. A segment that a start would still have to read stays until the next checkpoint, which this asks for.
  /// - Returns: how many segments went.
  @discardableResult
  func enforceRetention(now: Int64) throws(LogError) -> Int {
    producers.expire(before: now - settings.producerExpiry)
    var excess = settings.retentionBytes < 0 ? 0 : size - settings.retentionBytes
    if try isExpired(active, now: now) { try roll() }
    var count = 0
    for index in closed.indices {
      let segment = closed[index]
      let isExcess = excess >= segment.size && excess > 0
      let isExpired = try isExpired(index, now: now)
      guard isExcess || isExpired || segment.nextOffset <= startOffset else { break }
      excess -= segment.size
      count += 1
    }
    return try removeFirst(count)
  }

  /// Hides what is before `offset`; whole segments go at the next `enforceRetention`.
  /// - Returns: the new start offset.
  func deleteRecords(before offset: Int64) throws(PartitionError) -> Int64 {
    guard offset <= visibleEnd else {
      throw PartitionError(.offsetOutOfRange, "records can be deleted up to offset \(visibleEnd)")
    }
    if offset > startOffset {
      startOffset = offset
      durability.wantsCheckpoint = true
    }
    return startOffset
  }

  private func removeFirst(_ wanted: Int) throws(LogError) -> Int {
    let count = closed.prefix(wanted).prefix { $0.nextOffset <= durability.checkpointOffset }.count
    if count < wanted { durability.wantsCheckpoint = true }
    for _ in 0..<count {
      try SegmentFiles.remove(closed[0].name, files)
      closed.removeFirst()
      startOffset = max(startOffset, closed.first?.name.baseOffset ?? active.baseOffset)
      durability.isDirectoryDirty = true
    }
    return count
  }

  private func isExpired(_ segment: Segment, now: Int64) throws(LogError) -> Bool {
    guard settings.retention >= 0, segment.log.size > 0 else { return false }
    return try isExpired(segment.newest.timestamp, segment.log.path, now)
  }

  private func isExpired(_ index: Int, now: Int64) throws(LogError) -> Bool {
    guard settings.retention >= 0 else { return false }
    return try isExpired(closed[index].findNewest(files).timestamp, closed[index].name.log, now)
  }

  /// Records without a time are as old as their file.
  private func isExpired(_ newest: Int64, _ path: String, _ now: Int64) throws(LogError) -> Bool {
    let time = newest >= 0 ? newest : try files.status(path).modified
    return time < now - settings.retention
  }
}
