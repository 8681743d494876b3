/// Goes from header to header through a segment's log, without reading what lies between.
struct BatchWalk {
  let file: any LogFile
  /// Where the part of the log ends that may be read.
  let limit: Int
  /// Of the next header.
  private(set) var position: Int
  private var block: [UInt8] = []
  private var blockStart = 0

  private static let blockSize = 8_192

  init(_ file: any LogFile, from position: Int, limit: Int) {
    self.file = file
    self.position = position
    self.limit = limit
  }

  /// - Returns: the header and where its batch begins; nil at the end.
  mutating func next() throws(LogError) -> (header: BatchHeader, position: Int)? {
    guard position + BatchHeader.size <= limit else { return nil }
    if position < blockStart || position + BatchHeader.size > blockStart + block.count {
      block = try file.read(min(Self.blockSize, limit - position), at: position)
      blockStart = position
      guard block.count >= BatchHeader.size else { return nil }
    }
    let header = BatchHeader(block.raw, at: position - blockStart)
    guard header.magic == 2, header.length >= BatchHeader.size, position + header.length <= limit else {
      throw LogError(.corrupt, "a segment holds what is not a batch; restart the broker to recover it")
    }
    defer { position += header.length }
    return (header, position)
  }
}
