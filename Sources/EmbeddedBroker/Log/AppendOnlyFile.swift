/// A file that only grows, which knows what of it is whole and what is durable.
///
/// A write that fails leaves nothing behind: what it wrote is cut off, at once or before the next write. A sync that
/// fails may have dropped what it should have written, so the next one writes it again.
final class AppendOnlyFile {
  let path: String
  let file: any LogFile
  /// In bytes; all of it whole.
  private(set) var size: Int
  /// What of it survives a loss of power.
  private(set) var durableSize: Int
  private var hasTornTail = false
  /// How often its end was cut off, and how often of that is durable: else what was cut off may come back.
  private var cuts = 0
  private var durableCuts = 0
  private var lostSync = false

  /// - Parameter durableSize: what of it is known to survive a loss of power, in bytes.
  init(_ path: String, files: some FileLayer, create: Bool = true, durableSize: Int = 0) throws(LogError) {
    self.path = path
    file = try files.open(path, create: create)
    size = try files.status(path).size
    self.durableSize = min(durableSize, size)
  }

  var isDurable: Bool { durableSize == size && durableCuts == cuts }

  /// - Returns: where the bytes begin.
  @discardableResult
  func append(_ bytes: RawSpan) throws(LogError) -> Int {
    try cutTornTail()
    do {
      try file.write(bytes, at: size)
    } catch {
      hasTornTail = true
      try? cutTornTail()
      throw error
    }
    defer { size += bytes.byteCount }
    return size
  }

  func read(_ count: Int, at offset: Int) throws(LogError) -> [UInt8] {
    try file.read(min(count, max(size - offset, 0)), at: offset)
  }

  func truncate(to size: Int) throws(LogError) {
    cuts += 1
    try file.truncate(to: size)
    self.size = size
    durableSize = min(durableSize, size)
  }

  /// Removes what a failed write left.
  func cutTornTail() throws(LogError) {
    guard hasTornTail else { return }
    try truncate(to: size)
    hasTornTail = false
  }

  /// What makes the file as it is now durable; on any thread, while this one goes on appending.
  func makeSync() -> FileSync {
    // What a sync that failed may have dropped is done again: here the cuts, in `FileSync` the writes.
    if lostSync, cuts != durableCuts { try? file.truncate(to: size) }
    return FileSync(file: file, from: durableSize, upTo: size, cuts: cuts, rewrites: lostSync)
  }

  func finish(_ sync: FileSync, succeeded: Bool) {
    lostSync = !succeeded
    guard succeeded else { return }
    durableSize = max(durableSize, sync.upTo)
    durableCuts = sync.cuts
  }
}

/// One `fsync` to come, and what must be written again before it.
struct FileSync: Sendable {
  let file: any LogFile
  let from: Int
  let upTo: Int
  let cuts: Int
  let rewrites: Bool

  func run() throws(LogError) {
    // The kernel reports a failed write-back once, then takes the pages for written: only writing makes them dirty.
    var position = from
    while rewrites, position < upTo {
      let bytes = try file.read(min(1 << 20, upTo - position), at: position)
      guard !bytes.isEmpty else { throw LogError(.io, "the file is shorter than what was written to it") }
      try file.write(bytes.raw, at: position)
      position += bytes.count
    }
    try file.sync()
  }
}
