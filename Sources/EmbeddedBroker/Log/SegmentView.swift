/// A segment as readers see it: its batches up to a limit, found by offset or time.
struct SegmentView {
  let baseOffset: Int64
  let file: any LogFile
  /// Where the readable part ends, in bytes.
  let limit: Int
  let offsetIndex: IndexFile?
  let timeIndex: IndexFile?

  init(_ segment: Segment, limit: Int) {
    baseOffset = segment.baseOffset
    file = segment.log.file
    self.limit = limit
    offsetIndex = segment.offsetIndex
    timeIndex = segment.timeIndex
  }

  /// An index that is not there makes the search longer, nothing else.
  init(_ segment: ClosedSegment, limit: Int, files: some FileLayer) throws(LogError) {
    baseOffset = segment.name.baseOffset
    file = try files.open(segment.name.log, create: false)
    self.limit = limit
    offsetIndex = try? IndexFile(segment.name.offsetIndex, width: 8, files: files)
    timeIndex = try? IndexFile(segment.name.timeIndex, width: 12, files: files)
  }

  /// Where the batch begins that holds `offset`, or the first one after it.
  func position(of offset: Int64) throws(LogError) -> Int? {
    guard offset > baseOffset else { return 0 }
    var walk = BatchWalk(file, from: try entryPosition(of: offset), limit: limit)
    while let batch = try walk.next() {
      if batch.header.lastOffset >= offset { return batch.position }
    }
    return nil
  }

  private func entryPosition(of offset: Int64) throws(LogError) -> Int {
    let relative = UInt32(truncatingIfNeeded: offset - baseOffset)
    guard let entry = try offsetIndex?.last(notAfter: relative) else { return 0 }
    let position = Int(entry.integer(UInt32.self, at: 4))
    return position < limit ? position : 0
  }

  /// The first record that is not older than `timestamp`.
  ///
  /// Records of a compressed batch are not looked at: their batch's first offset stands for them, which skips none.
  func record(notBefore timestamp: Int64) throws(LogError) -> (offset: Int64, timestamp: Int64)? {
    var start = 0
    if let entry = try timeIndex?.last(notAfter: timestamp) {
      start = try entryPosition(of: baseOffset + Int64(entry.integer(UInt32.self, at: 8)))
    }
    var walk = BatchWalk(file, from: start, limit: limit)
    while let batch = try walk.next() {
      guard batch.header.maxTimestamp >= timestamp else { continue }
      guard batch.header.attributes.isReadable else { return (batch.header.baseOffset, batch.header.maxTimestamp) }
      let bytes = try file.read(batch.header.length, at: batch.position)
      return RecordTimes.first(in: bytes, batch.header, notBefore: timestamp)
        ?? (batch.header.baseOffset, batch.header.maxTimestamp)
    }
    return nil
  }
}

extension BatchHeader.Attributes {
  /// True when records carry times of their own that can be read as they lie.
  fileprivate var isReadable: Bool { compression == 0 && !contains(.logAppendTime) }
}
