/// A segment that is written no more; its files are opened when someone reads.
struct ClosedSegment {
  let name: SegmentName
  let nextOffset: Int64
  /// Of its log, in bytes.
  let size: Int
  /// As `Segment.newest`; read from the time index when it is first asked for.
  private(set) var newest: (timestamp: Int64, offset: Int64)?

  init(name: SegmentName, nextOffset: Int64, size: Int, newest: (timestamp: Int64, offset: Int64)? = nil) {
    self.name = name
    self.nextOffset = nextOffset
    self.size = size
    self.newest = newest
  }

  mutating func findNewest(_ files: some FileLayer) throws(LogError) -> (timestamp: Int64, offset: Int64) {
    if let newest { return newest }
    var found: (timestamp: Int64, offset: Int64) = (-1, -1)
    if let index = try? IndexFile(name.timeIndex, width: 12, files: files), index.count > 0 {
      let entry = try index.entry(index.count - 1)
      found = (entry.integer(Int64.self, at: 0), name.baseOffset + Int64(entry.integer(UInt32.self, at: 8)))
    }
    newest = found
    return found
  }
}
