/// A segment's index: entries of one width, sorted by the integer that each begins with. The file has Kafka's format.
///
/// It helps to find things and is made again from the log, so it is written in blocks and late.
final class IndexFile {
  private let file: AppendOnlyFile
  private let width: Int
  private var pending: [UInt8] = []
  private static let block = 4_096

  /// - Parameter count: how many of its entries may be trusted; nil for all whole ones of a file that must be there.
  init(_ path: String, width: Int, files: some FileLayer, trusted count: Int? = nil) throws(LogError) {
    file = try AppendOnlyFile(path, files: files, create: count != nil)
    self.width = width
    let whole = min(count ?? .max, file.size / width) * width
    if file.size != whole { try file.truncate(to: whole) }
  }

  var count: Int { (file.size + pending.count) / width }

  func append(_ entry: [UInt8]) {
    pending += entry
    // What does not fit on the disk now is written with the next block.
    if pending.count >= Self.block { try? flush() }
  }

  func flush() throws(LogError) {
    guard !pending.isEmpty else { return }
    let block = pending
    try file.append(block.raw)
    pending.removeAll(keepingCapacity: true)
  }

  func entry(_ index: Int) throws(LogError) -> [UInt8] {
    let start = index * width
    guard start < file.size else { return Array(pending[(start - file.size)..<(start - file.size + width)]) }
    let entry = try file.read(width, at: start)
    guard entry.count == width else { throw LogError(.io, "an index ends before its size") }
    return entry
  }

  /// The last entry whose first integer is at most `key`.
  func last<Key: FixedWidthInteger & BitwiseCopyable>(notAfter key: Key) throws(LogError) -> [UInt8]? {
    var (low, high) = (0, count)
    var found: [UInt8]?
    while low < high {
      let middle = (low + high) / 2
      let entry = try entry(middle)
      if entry.integer(Key.self, at: 0) <= key {
        found = entry
        low = middle + 1
      } else {
        high = middle
      }
    }
    return found
  }

  var isDurable: Bool { file.isDurable && pending.isEmpty }
  func makeSync() -> FileSync { file.makeSync() }
  func finish(_ sync: FileSync, succeeded: Bool) { file.finish(sync, succeeded: succeeded) }
}
