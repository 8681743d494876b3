/// Reads a segment from a place to its end, checks each batch and makes the indexes anew.
struct SegmentScan {
  private let segment: Segment
  /// Of the first batch that was not taken.
  private(set) var position: Int
  private(set) var readBytes = 0
  /// Why the scan ended before the end of the file.
  private(set) var problem: String?
  private var block: [UInt8] = []
  private var blockStart: Int

  private static let blockSize = 1 << 20

  init(_ segment: Segment, from position: Int) {
    self.segment = segment
    self.position = position
    blockStart = position
  }

  /// - Returns: the next batch's header; nil at the end, or when there is a problem.
  mutating func next() throws(LogError) -> BatchHeader? {
    let left = segment.log.size - position
    guard left > 0 else { return nil }
    guard left >= BatchHeader.size, try load(BatchHeader.size) else { return fail("a batch's header is cut short") }
    let header = BatchHeader(block.raw, at: position - blockStart)
    guard header.magic == 2, header.length >= BatchHeader.size, header.lastOffsetDelta >= 0 else {
      return fail("a batch's header is damaged")
    }
    guard header.length <= left, try load(header.length) else { return fail("a batch is cut short") }
    let start = position - blockStart
    guard header.matches(block.raw.extracting(start..<start + header.length)) else {
      return fail("a batch's checksum is wrong")
    }
    guard header.baseOffset == segment.nextOffset else { return fail("a batch's offset does not follow") }
    segment.note(header, at: position)
    position += header.length
    return header
  }

  /// Sees to it that `count` bytes from the position are in the block.
  private mutating func load(_ count: Int) throws(LogError) -> Bool {
    guard position + count > blockStart + block.count else { return true }
    block = try segment.log.read(max(Self.blockSize, count), at: position)
    blockStart = position
    readBytes += block.count
    return block.count >= count
  }

  private mutating func fail(_ reason: String) -> BatchHeader? {
    problem = reason
    return nil
  }
}
