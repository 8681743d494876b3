/// One file of batches with its two indexes.
final class Segment {
  let baseOffset: Int64
  /// The offset after its last record.
  private(set) var nextOffset: Int64
  /// The largest timestamp in it, in milliseconds since 1970, and the last offset of its batch; -1 when there is none.
  private(set) var newest: (timestamp: Int64, offset: Int64)
  let log: AppendOnlyFile
  let offsetIndex: IndexFile
  let timeIndex: IndexFile
  private let indexInterval: Int
  private var bytesSinceEntry = 0
  private var lastTimeEntry: Int64 = -1

  /// Opens it as `mark` remembers it, or as an empty one. What lies after the mark has to be recovered.
  init(
    _ name: SegmentName, files: some FileLayer, indexInterval: Int, mark: SegmentMark? = nil
  ) throws(LogError) {
    baseOffset = name.baseOffset
    self.indexInterval = indexInterval
    nextOffset = mark?.nextOffset ?? name.baseOffset
    newest = mark.map { ($0.newestTimestamp, $0.newestOffset) } ?? (-1, -1)
    log = try AppendOnlyFile(name.log, files: files, durableSize: mark?.position ?? 0)
    offsetIndex = try IndexFile(name.offsetIndex, width: 8, files: files, trusted: mark?.offsetEntries ?? 0)
    timeIndex = try IndexFile(name.timeIndex, width: 12, files: files, trusted: mark?.timeEntries ?? 0)
    if timeIndex.count > 0 { lastTimeEntry = try timeIndex.entry(timeIndex.count - 1).integer(Int64.self, at: 0) }
  }

  var mark: SegmentMark {
    SegmentMark(
      baseOffset: baseOffset, nextOffset: nextOffset, position: log.size, offsetEntries: offsetIndex.count,
      timeEntries: timeIndex.count, newestTimestamp: newest.timestamp, newestOffset: newest.offset)
  }

  func append(_ bytes: RawSpan, _ header: BatchHeader) throws(LogError) {
    note(header, at: try log.append(bytes))
  }

  /// Takes a batch that is in the file into the indexes.
  func note(_ header: BatchHeader, at position: Int) {
    if header.maxTimestamp > newest.timestamp { newest = (header.maxTimestamp, header.lastOffset) }
    if bytesSinceEntry > indexInterval {
      var entry: [UInt8] = []
      entry.append(integer: UInt32(truncatingIfNeeded: header.lastOffset - baseOffset))
      entry.append(integer: UInt32(truncatingIfNeeded: position))
      offsetIndex.append(entry)
      noteTime()
      bytesSinceEntry = 0
    }
    bytesSinceEntry += header.length
    nextOffset = header.nextOffset
  }

  private func noteTime() {
    guard newest.timestamp > lastTimeEntry else { return }
    var entry: [UInt8] = []
    entry.append(integer: newest.timestamp)
    entry.append(integer: UInt32(truncatingIfNeeded: newest.offset - baseOffset))
    timeIndex.append(entry)
    lastTimeEntry = newest.timestamp
  }

  /// Writes out what the indexes hold back.
  func flushIndexes() throws(LogError) {
    try offsetIndex.flush()
    try timeIndex.flush()
  }

  /// To be called before the next segment begins: the log ends with its last batch, and the time index with its newest.
  func seal() throws(LogError) {
    try log.cutTornTail()
    noteTime()
    try flushIndexes()
  }

  var isDurable: Bool { log.isDurable && offsetIndex.isDurable && timeIndex.isDurable }
}

/// A place in a segment up to which log and indexes are whole.
struct SegmentMark: Equatable, Sendable {
  var baseOffset: Int64
  var nextOffset: Int64
  /// In bytes from the beginning of its log.
  var position: Int
  var offsetEntries: Int
  var timeEntries: Int
  var newestTimestamp: Int64
  var newestOffset: Int64
}
