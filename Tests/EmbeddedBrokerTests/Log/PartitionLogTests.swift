import Testing

@testable import EmbeddedBroker

@Suite
struct PartitionLogTests {
  private let files = FaultyFiles()
  private var small: PartitionSettings {
    var settings = PartitionSettings()
    settings.sync = .os
    settings.segmentBytes = 500
    return settings
  }

  @Test func `batches get offsets one after the other and come back as they were`() throws {
    let log = try PartitionLog.open(files, small)
    for index in 0..<20 {
      let result = try log.append(TestBatch("a\(index)", "b\(index)"))
      #expect(result == .appended(baseOffset: Int64(index * 2), lastOffset: Int64(index * 2 + 1), logAppendTime: -1))
    }
    #expect(log.closed.count > 2)
    let read = try log.batches()
    #expect(read.map(\.header.baseOffset) == (0..<20).map { $0 * 2 })
    var last = TestBatch("a19", "b19").bytes
    last.store(integer: Int64(38), at: 0)
    last.store(integer: Int32(0), at: BatchHeader.Offset.leaderEpoch)
    #expect(read.last?.bytes == last)
    #expect(read.allSatisfy { $0.header.matches($0.bytes.raw) })
  }

  @Test func `every offset is found`() throws {
    let log = try PartitionLog.open(files, small)
    for index in 0..<30 { try log.append(TestBatch("a\(index)", "b\(index)", "c\(index)")) }
    for offset in 0..<Int64(90) {
      let bytes = try log.read(from: offset, maxBytes: 1, minOneBatch: true)
      let header = BatchHeader(bytes.raw)
      #expect(header.baseOffset <= offset && header.lastOffset >= offset)
      #expect(header.length == bytes.count)
    }
    #expect(try log.read(from: 90, maxBytes: 1_000, minOneBatch: true).isEmpty)
    #expect(try log.read(from: 5, maxBytes: 10, minOneBatch: false).isEmpty)
    for offset in [-1, 91] as [Int64] {
      let error = #expect(throws: PartitionError.self) {
        try log.read(from: offset, maxBytes: 1_000, minOneBatch: true)
      }
      #expect(error?.code == .offsetOutOfRange)
    }
  }

  @Test func `a read stays within its bytes and ends with a whole batch`() throws {
    let log = try PartitionLog.open(files)
    log.settings.sync = .os
    for _ in 0..<10 { try log.append(TestBatch(String(repeating: "x", count: 100))) }
    let one = TestBatch(String(repeating: "x", count: 100)).bytes.count
    #expect(try log.read(from: 0, maxBytes: one * 3 + 5, minOneBatch: true).count == one * 3)
    #expect(try log.read(from: 3, maxBytes: one * 3 - 1, minOneBatch: false).count == one * 2)
  }

  @Test func `under always a record is shown once it is durable`() throws {
    let log = try PartitionLog.open(files)
    try log.append(TestBatch("a"))
    #expect(log.endOffset == 1 && log.visibleEnd == 0)
    #expect(try log.batches().isEmpty)
    let sync = try #require(log.beginSync())
    try log.append(TestBatch("b"))
    #expect(log.beginSync() == nil)
    log.finish(sync.run())
    #expect(log.visibleEnd == 1)
    #expect(try log.batches().count == 1)
    #expect(log.isDirty)
    #expect(log.sync()?.failure == nil)
    #expect(!log.isDirty && log.visibleEnd == 2)
  }

  @Test func `a reader across segments under always sees none that is not durable`() throws {
    var settings = small
    settings.sync = .always
    let log = try PartitionLog.open(files, settings)
    for index in 0..<8 { try log.append(TestBatch("a\(index)")) }
    log.sync()
    for index in 8..<40 { try log.append(TestBatch("a\(index)")) }
    #expect(log.closed.count > 4)
    #expect(try log.batches().count == 8)
    #expect(try log.read(from: 8, maxBytes: 1_000, minOneBatch: true).isEmpty)
    log.sync()
    #expect(try log.batches().count == 40)
  }

  @Test func `log append time replaces the producer's and the checksum still holds`() throws {
    var settings = small
    settings.stampsAppendTime = true
    let log = try PartitionLog.open(files, settings)
    #expect(try log.append(TestBatch("a"), now: 77) == .appended(baseOffset: 0, lastOffset: 0, logAppendTime: 77))
    let read = try #require(try log.batches().first)
    #expect(read.header.maxTimestamp == 77)
    #expect(read.header.attributes.contains(.logAppendTime))
    #expect(read.header.matches(read.bytes.raw) == true)
  }

  @Test func `a batch inside of a request is appended where it lies`() throws {
    let log = try PartitionLog.open(files, small)
    let batch = TestBatch("a").bytes
    var frame = [UInt8](repeating: 9, count: 7) + batch + [9, 9]
    _ = try log.append(&frame, in: 7..<7 + batch.count, now: 0)
    _ = try log.append(&frame, in: 7..<7 + batch.count, now: 0)
    #expect(try log.batches().map(\.header.baseOffset) == [0, 1])
    #expect(frame.count == batch.count + 9)
  }
}
