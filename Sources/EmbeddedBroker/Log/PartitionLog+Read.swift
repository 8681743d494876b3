extension PartitionLog {
  /// Whole batches from the one that holds `offset`, as they lie on disk: up to `maxBytes`, or one batch that is larger
  /// when `minOneBatch`. Empty at the end. The first batch may begin before `offset`; clients skip what they have.
  func read(from offset: Int64, maxBytes: Int, minOneBatch: Bool) throws(PartitionError) -> [UInt8] {
    guard offset >= startOffset, offset <= endOffset else {
      throw PartitionError(.offsetOutOfRange, "the partition has the offsets \(startOffset) to \(endOffset)")
    }
    guard offset < visibleEnd else { return [] }
    do {
      let view = try view(of: offset)
      if let position = places[offset, view.baseOffset] { return try read(view, at: position, maxBytes, minOneBatch) }
      guard let position = try view.position(of: offset) else { return [] }
      return try read(view, at: position, maxBytes, minOneBatch)
    } catch {
      throw PartitionError(error)
    }
  }

  private func read(
    _ view: SegmentView, at position: Int, _ maxBytes: Int, _ minOneBatch: Bool
  ) throws(LogError) -> [UInt8] {
    let left = view.limit - position
    var bytes = try view.file.read(min(left, max(maxBytes, minOneBatch ? BatchHeader.size : 0)), at: position)
    var whole = Self.wholeBatches(bytes)
    if whole.length == 0, minOneBatch, bytes.count >= BatchHeader.size {
      bytes = try view.file.read(min(left, BatchHeader(bytes.raw).length), at: position)
      whole = Self.wholeBatches(bytes)
    }
    bytes.removeLast(bytes.count - whole.length)
    if whole.length > 0 { places.note(whole.nextOffset, view.baseOffset, position + whole.length) }
    return bytes
  }

  private static func wholeBatches(_ bytes: [UInt8]) -> (length: Int, nextOffset: Int64) {
    var whole: (length: Int, nextOffset: Int64) = (0, 0)
    while whole.length + BatchHeader.size <= bytes.count {
      let header = BatchHeader(bytes.raw, at: whole.length)
      guard header.length >= BatchHeader.size, whole.length + header.length <= bytes.count else { break }
      whole = (whole.length + header.length, header.nextOffset)
    }
    return whole
  }

  /// The first record that is not older than `timestamp` (milliseconds since 1970); nil when all are.
  func record(notBefore timestamp: Int64) throws(PartitionError) -> (offset: Int64, timestamp: Int64)? {
    do {
      for index in closed.indices where closed[index].nextOffset > startOffset {
        guard try closed[index].findNewest(files).timestamp >= timestamp else { continue }
        let view = try SegmentView(closed[index], limit: limit(of: closed[index]), files: files)
        if let found = try view.record(notBefore: timestamp) {
          return (max(found.offset, startOffset), found.timestamp)
        }
      }
      let found = try SegmentView(active, limit: activeLimit).record(notBefore: timestamp)
      return found.map { (max($0.offset, startOffset), $0.timestamp) }
    } catch {
      throw PartitionError(error)
    }
  }

  private func view(of offset: Int64) throws(LogError) -> SegmentView {
    guard offset < active.baseOffset else { return SegmentView(active, limit: activeLimit) }
    let segment = closed[closed.lastSegment(notAfter: offset)]
    return try SegmentView(segment, limit: limit(of: segment), files: files)
  }

  private var activeLimit: Int {
    guard settings.sync == .always else { return active.log.size }
    return durability.end.baseOffset == active.baseOffset ? durability.end.position : 0
  }

  private func limit(of segment: ClosedSegment) -> Int {
    guard settings.sync == .always, segment.nextOffset > visibleEnd else { return segment.size }
    return durability.end.baseOffset == segment.name.baseOffset ? durability.end.position : 0
  }
}

extension [ClosedSegment] {
  /// The segment that holds `offset`; the first one for what is before all.
  fileprivate func lastSegment(notAfter offset: Int64) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].name.baseOffset <= offset { low = middle + 1 } else { high = middle }
    }
    return Swift.max(low - 1, 0)
  }
}

/// Where the last few reads ended, as readers go on from there.
struct PlaceCache {
  private struct Place {
    var offset: Int64
    var segment: Int64
    var position: Int
  }

  private static let size = 16
  private var places: [Place] = []
  private var oldest = 0

  subscript(offset: Int64, segment: Int64) -> Int? {
    places.first { $0.offset == offset && $0.segment == segment }?.position
  }

  mutating func note(_ offset: Int64, _ segment: Int64, _ position: Int) {
    guard self[offset, segment] == nil else { return }
    let place = Place(offset: offset, segment: segment, position: position)
    guard places.count == Self.size else { return places.append(place) }
    places[oldest] = place
    oldest = (oldest + 1) % Self.size
  }
}
