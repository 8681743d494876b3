/// What became of a batch.
enum AppendResult: Equatable {
  /// `logAppendTime` is -1 where the records keep the times of their producer.
  case appended(baseOffset: Int64, lastOffset: Int64, logAppendTime: Int64)
  /// It was there already: a producer that saw no answer sent it again. Answered as a success, once `lastOffset` is
  /// durable where answers wait for that.
  case duplicate(baseOffset: Int64, lastOffset: Int64, logAppendTime: Int64)
}

extension PartitionLog {
  /// Appends the one batch that is `frame[range]`, and writes offset, leader epoch and, where the topic says so, the
  /// time into it in place. The batch is copied by the kernel alone.
  func append(_ frame: inout [UInt8], in range: Range<Int>, now: Int64) throws(PartitionError) -> AppendResult {
    var header = try BatchCheck.header(of: frame.raw.extracting(range), settings: settings, now: now)
    if let repeated = try producers.check(header) {
      return .duplicate(
        baseOffset: repeated.baseOffset, lastOffset: repeated.lastOffset, logAppendTime: repeated.appendTime)
    }
    do {
      try durability.throwIfFailing()
      try rollIfFull(for: header)
      stamp(&frame, at: range.lowerBound, &header, now)
      try active.append(frame.raw.extracting(range), header)
    } catch {
      throw PartitionError(error)
    }
    durability.bytesSinceCheckpoint += header.length
    producers.note(header, now: now)
    return .appended(
      baseOffset: header.baseOffset, lastOffset: header.lastOffset,
      logAppendTime: settings.stampsAppendTime ? now : -1)
  }

  func append(_ batch: consuming [UInt8], now: Int64) throws(PartitionError) -> AppendResult {
    let range = batch.indices
    return try append(&batch, in: range, now: now)
  }

  private func stamp(_ frame: inout [UInt8], at start: Int, _ header: inout BatchHeader, _ now: Int64) {
    header.baseOffset = endOffset
    frame.store(integer: endOffset, at: start)
    frame.store(integer: Int32(0), at: start + BatchHeader.Offset.leaderEpoch)
    guard settings.stampsAppendTime else { return }
    header.attributes.insert(.logAppendTime)
    header.maxTimestamp = now
    frame.store(integer: header.attributes.rawValue, at: start + BatchHeader.Offset.attributes)
    frame.store(integer: now, at: start + BatchHeader.Offset.maxTimestamp)
    let checked = start + BatchHeader.checked..<start + header.length
    frame.store(
      integer: CRC32C.checksum(frame.raw.extracting(checked)), at: start + BatchHeader.Offset.checksum)
  }

  private func rollIfFull(for header: BatchHeader) throws(LogError) {
    guard !isRollUnfinished else { return try roll() }
    guard active.log.size > 0 else { return }
    let largest = min(settings.segmentBytes, Int(Int32.max))
    let last = active.nextOffset - active.baseOffset + Int64(header.lastOffsetDelta)
    if active.log.size + header.length > largest || last > Int64(Int32.max) { try roll() }
  }

  /// Ends the active segment and begins the next one. When it fails, the next append has to begin with it: the new
  /// segment's file may be there already, and no record may come between it and the end of the active one.
  func roll() throws(LogError) {
    isRollUnfinished = true
    try active.seal()
    let name = SegmentName(directory: directory, baseOffset: endOffset)
    let next = try Segment(name, files: files, indexInterval: settings.indexInterval)
    closed.append(ClosedSegment(sealed: active, directory: directory))
    durability.rolled(active)
    active = next
    isRollUnfinished = false
  }
}
