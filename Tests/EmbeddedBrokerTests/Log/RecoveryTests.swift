import TestSupport
import Testing

@testable import EmbeddedBroker

/// What a start makes of what a crash or a loss of power left.
@Suite
struct RecoveryTests {
  private let files = FaultyFiles()
  private let path = "\(PartitionLog.testDirectory)/00000000000000000000.log"

  private func settings(_ sync: SyncPolicy = .always, segmentBytes: Int = 1 << 20) -> PartitionSettings {
    var settings = PartitionSettings()
    settings.sync = sync
    settings.segmentBytes = segmentBytes
    return settings
  }

  @Test func `a tear at any byte of the last write loses nothing acknowledged and is told`() throws {
    var random = SeededGenerator(seed: 1)
    let length = TestBatch("third").bytes.count
    for kept in 0...length {
      let files = FaultyFiles()
      let log = try PartitionLog.open(files, settings())
      try log.append(TestBatch("first"))
      log.sync()
      try log.append(TestBatch("second"))
      try log.append(TestBatch("third"))
      #expect(files.lastWrite(path) == length)
      files.losePower(.tear(path, keeping: kept), using: &random)
      let again = try PartitionLog.open(files, settings())
      #expect(again.endOffset == (kept == length ? 3 : 2))
      #expect(again.visibleEnd == again.endOffset)
      let torn = kept == 0 || kept == length ? nil : kept
      #expect(again.recovery.truncation?.bytes == torn)
      #expect(again.recovery.truncation?.offset == torn.map { _ in 2 })
      #expect(again.recovery.isWorthTelling == (torn != nil))
      try again.append(TestBatch("fourth"))
      again.sync()
      #expect(try again.batches().count == (kept == length ? 4 : 3))
    }
  }

  @Test func `the log ends before the first bad batch, whatever is good after it`() throws {
    let log = try PartitionLog.open(files, settings(.os, segmentBytes: 400))
    for index in 0..<20 { try log.append(TestBatch("value \(index)")) }
    #expect(log.closed.count >= 3)
    let segment = log.closed[1]
    let inode = try #require(files.names[segment.name.log])
    inode.change(.write([0xFF], at: BatchHeader.size + 3))
    let again = try PartitionLog.open(files, settings(.os, segmentBytes: 400))
    #expect(again.endOffset == segment.name.baseOffset)
    let truncation = try #require(again.recovery.truncation)
    #expect(truncation.offset == segment.name.baseOffset)
    #expect(truncation.reason == "a batch's checksum is wrong")
    #expect(again.recovery.removedSegments == log.closed.count - 1)
    #expect(truncation.bytes == log.size - log.closed[0].size)
    try again.append(TestBatch("after"))
    #expect(try again.batches().last?.header.baseOffset == segment.name.baseOffset)
  }

  @Test func `an offset that does not follow is not covered by the checksum and ends the log`() throws {
    let log = try PartitionLog.open(files, settings(.os))
    for index in 0..<4 { try log.append(TestBatch("value \(index)")) }
    let length = TestBatch("value 0").bytes.count
    files.names[path]?.change(.write([9], at: length * 2 + 7))
    let again = try PartitionLog.open(files, settings(.os))
    #expect(again.endOffset == 2)
    #expect(again.recovery.truncation?.reason == "a batch's offset does not follow")
  }

  @Test func `what a failed write left is not part of a segment that ends after it`() throws {
    let log = try PartitionLog.open(files, settings(.os, segmentBytes: 400))
    try log.append(TestBatch("first"))
    // The write and the cut that should follow it.
    files.failAt = files.calls
    files.failuresLeft = 2
    #expect(throws: PartitionError.self) { try log.append(TestBatch("second")) }
    #expect(files.failures == 2)
    try log.append(TestBatch(String(repeating: "x", count: 300)))
    try log.close()
    let again = try PartitionLog.open(files, settings(.os, segmentBytes: 400))
    #expect(again.closed.map(\.size) == [TestBatch("first").bytes.count])
    #expect(try again.batches().map(\.header.baseOffset) == [0, 1])
  }

  @Test func `a segment that is missing ends the log`() throws {
    let log = try PartitionLog.open(files, settings(.os, segmentBytes: 400))
    for index in 0..<20 { try log.append(TestBatch("value \(index)")) }
    try files.remove(log.closed[1].name.log)
    let again = try PartitionLog.open(files, settings(.os, segmentBytes: 400))
    #expect(again.endOffset == log.closed[0].nextOffset)
    #expect(again.recovery.truncation?.reason == "the next segment does not follow")
  }

  @Test func `after a clean stop nothing is scanned, after a kill only what came after the checkpoint`() throws {
    let log = try PartitionLog.open(files, settings(.os, segmentBytes: 20_000))
    for index in 0..<1_000 { try log.append(TestBatch("value \(index)", at: Int64(index))) }
    try log.close()
    #expect(log.closed.count > 2)
    let before = files.bytesRead
    let clean = try PartitionLog.open(files, settings(.os, segmentBytes: 20_000))
    #expect(clean.recovery == RecoveryReport())
    #expect(files.bytesRead - before < 500)
    #expect(clean.endOffset == 1_000)
    for _ in 0..<3 { try clean.append(TestBatch("late", at: 2_000)) }
    let middle = files.bytesRead
    let killed = try PartitionLog.open(files, settings(.os, segmentBytes: 20_000))
    #expect(killed.recovery.scannedBytes == TestBatch("late").bytes.count * 3)
    #expect(!killed.recovery.isWorthTelling)
    #expect(files.bytesRead - middle < 1_000)
    #expect(try killed.batches(maxBytes: 5_000).map(\.header.baseOffset) == Array(0..<1_003))
    #expect(try killed.record(notBefore: 500)?.offset == 500)
    #expect(try killed.record(notBefore: 1_500)?.offset == 1_000)
  }

  @Test func `a log of many segments opens by its last one`() throws {
    let log = try PartitionLog.open(files, settings(.os, segmentBytes: 300))
    for index in 0..<1_000 { try log.append(TestBatch("value \(index)")) }
    try log.close()
    #expect(log.closed.count > 300)
    let before = files.bytesRead
    let again = try PartitionLog.open(files, settings(.os, segmentBytes: 300))
    #expect(files.bytesRead - before < 500)
    #expect(again.endOffset == 1_000 && again.startOffset == 0 && again.size == log.size)
  }

  @Test(arguments: ["damaged", "gone", "of another version"])
  func `without a usable checkpoint the whole log is read`(_ what: String) throws {
    let log = try PartitionLog.open(files, settings(.os, segmentBytes: 400))
    for index in 0..<20 { try log.append(TestBatch("value").from(5, sequence: Int32(index))) }
    try log.close()
    let checkpoint = "\(PartitionLog.testDirectory)/checkpoint"
    switch what {
    case "damaged": files.names[checkpoint]?.change(.write([0xEE], at: 20))
    case "gone": try files.remove(checkpoint)
    default: try AtomicFile.replace(checkpoint, with: [UInt8](repeating: 7, count: 100), files: files)
    }
    let again = try PartitionLog.open(files, settings(.os, segmentBytes: 400))
    #expect((again.recovery.checkpointProblem != nil) == (what != "gone"))
    #expect(again.recovery.scannedBytes == log.size)
    #expect(again.endOffset == 20)
    let repeated = try again.append(TestBatch("value").from(5, sequence: 19))
    #expect(repeated == .duplicate(baseOffset: 19, lastOffset: 19, logAppendTime: -1))
  }

  @Test func `a log that is shorter than its checkpoint is told and gives no offset twice`() throws {
    let log = try PartitionLog.open(files, settings())
    for index in 0..<5 { try log.append(TestBatch("value \(index)")) }
    try log.close()
    try files.remove(path)
    let again = try PartitionLog.open(files, settings())
    #expect(again.recovery.checkpointProblem == "the log is shorter than its checkpoint says")
    #expect(again.startOffset == 5 && again.endOffset == 5)
  }

  @Test func `a read error at the start is an error, not an empty log`() throws {
    let log = try PartitionLog.open(files, settings())
    for index in 0..<5 { try log.append(TestBatch("value \(index)")) }
    log.sync()
    let calls = files.calls
    _ = try PartitionLog.open(files, settings())
    let needed = files.calls - calls
    for call in 1...needed {
      files.failAt = files.calls + call
      files.failure = .io
      files.failuresLeft = 1
      // A start may do without what it can make again, but never without records.
      if let opened = try? PartitionLog.open(files, settings()) { #expect(opened.endOffset == 5) }
      files.failAt = nil
      #expect(try PartitionLog.open(files, settings()).endOffset == 5)
    }
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func `whatever lies in its files, what a log shows is whole and in order`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<10 {
      let files = FaultyFiles()
      var settings = settings(.os, segmentBytes: 500)
      settings.indexInterval = 100
      let log = try PartitionLog.open(files, settings)
      for index in 0..<15 { try log.append(TestBatch("value \(index)", "second").from(4, sequence: Int32(index * 2))) }
      if Bool.random(using: &random) { try log.checkpoint() }
      // The log after the checkpoint, where bytes may be anything.
      let whole = log.durability.end
      for _ in 0..<15 { try log.append(TestBatch("late", "more")) }
      for _ in 0..<Int.random(in: 1...4, using: &random) { damage(files, after: whole, &random) }
      let again = try PartitionLog.open(files, settings)
      #expect(again.endOffset >= whole.nextOffset)
      var next = again.startOffset
      for batch in try again.batches() {
        let isWhole = batch.header.matches(batch.bytes.raw)
        #expect(isWhole && batch.header.baseOffset == next)
        next = batch.header.nextOffset
      }
      #expect(next == again.endOffset)
      try again.append(TestBatch("after"))
    }
  }

  private func damage(_ files: FaultyFiles, after whole: SegmentMark, _ random: inout SeededGenerator) {
    let paths = files.names.keys.sorted().filter { path in
      guard let base = SegmentName.baseOffset(String(path.suffix(24)), suffix: ".log") else { return false }
      return base >= whole.baseOffset
    }
    guard let path = paths.randomElement(using: &random), let inode = files.names[path] else { return }
    let start = path.hasSuffix(SegmentName(directory: "", baseOffset: whole.baseOffset).log) ? whole.position : 0
    guard start < inode.content.count else { return }
    let place = Int.random(in: start..<inode.content.count, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: inode.change(.truncate(place))
    case 1: inode.change(.write([0xFF, 0xFF, 0xFF, 0xFF], at: place))
    case 2: inode.change(.write(Array(inode.content[start..<place]), at: place))
    default: inode.change(.write([UInt8.random(in: 0...255, using: &random)], at: place))
    }
  }
}
