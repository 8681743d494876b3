import Testing

@testable import EmbeddedBroker

@Suite
struct RetentionTests {
  private let files = FaultyFiles()

  private func log(_ change: (inout PartitionSettings) -> Void = { _ in }) throws -> PartitionLog {
    var settings = PartitionSettings()
    settings.sync = .os
    settings.segmentBytes = 300
    settings.checkpointBytes = 1
    settings.retention = -1
    change(&settings)
    let log = try PartitionLog.open(files, settings)
    for index in 0..<20 { try log.append(TestBatch("value", at: Int64(index) * 10)) }
    log.sync()
    return log
  }

  @Test func `segments go when their newest record is too old`() throws {
    let log = try log { $0.retention = 100 }
    let first = try #require(log.closed.first)
    #expect(try log.enforceRetention(now: 100 + (first.nextOffset - 1) * 10) == 0)
    #expect(try log.enforceRetention(now: 101 + (first.nextOffset - 1) * 10) == 1)
    #expect(log.startOffset == first.nextOffset)
    #expect(files.names[first.name.log] == nil)
    #expect(files.names[first.name.offsetIndex] == nil)
    #expect(files.names[first.name.timeIndex] == nil)
    let error = #expect(throws: PartitionError.self) { try log.read(from: 0, maxBytes: 100, minOneBatch: true) }
    #expect(error?.code == .offsetOutOfRange)
  }

  @Test func `the active segment goes as well when all of it is too old, and offsets go on`() throws {
    let log = try log { $0.retention = 100 }
    try log.enforceRetention(now: 10_000)
    log.sync()
    try log.enforceRetention(now: 10_000)
    #expect(log.startOffset == 20 && log.endOffset == 20 && log.size == 0)
    let again = try PartitionLog.open(files, log.settings)
    #expect(again.startOffset == 20 && again.endOffset == 20)
    #expect(try again.append(TestBatch("a")) == .appended(baseOffset: 20, lastOffset: 20, logAppendTime: -1))
  }

  @Test func `the oldest segments go while the rest holds enough`() throws {
    let log = try log { $0.retentionBytes = 700 }
    try log.enforceRetention(now: 0)
    #expect(log.size >= 700)
    #expect(try #require(log.closed.first).size > log.size - 700)
    #expect(log.startOffset == log.closed.first?.name.baseOffset)
  }

  @Test func `deleted records are gone at once and after a restart`() throws {
    let log = try log()
    #expect(try log.deleteRecords(before: 5) == 5)
    #expect(try log.deleteRecords(before: 2) == 5)
    #expect(try log.batches().first?.header.baseOffset == 5)
    let error = #expect(throws: PartitionError.self) { try log.deleteRecords(before: 21) }
    #expect(error?.code == .offsetOutOfRange)
    #expect(log.isCheckpointDue)
    log.sync()
    try log.enforceRetention(now: 0)
    let first = try #require(log.closed.first)
    #expect(first.name.baseOffset <= 5 && first.nextOffset > 5)
    #expect(try PartitionLog.open(files, log.settings).startOffset == 5)
  }

  @Test func `the first record that is not older is found by time, in every segment`() throws {
    let log = try log()
    for time in -5...190 as ClosedRange<Int64> {
      let found = try #require(try log.record(notBefore: time))
      let expected = max(0, (time + 9) / 10)
      #expect(found.offset == expected && found.timestamp == expected * 10)
    }
    #expect(try log.record(notBefore: 191) == nil)
    #expect(try log.newestRecord()?.timestamp == 190)
    #expect(try log.newestRecord()?.offset == 19)
  }

  @Test func `time is found inside of a batch, and by its batch where it is compressed`() throws {
    let log = try PartitionLog.open(files)
    log.settings.sync = .os
    var batch = TestBatch("a", "b", "c")
    batch.timestamps = [100, 300, 200]
    try log.append(batch)
    #expect(try log.record(notBefore: 250)?.offset == 1)
    #expect(try log.record(notBefore: 301) == nil)
    batch.timestamps = [400, 500, 600]
    batch.attributes = 1
    try log.append(batch)
    #expect(try log.record(notBefore: 550)?.offset == 3)
  }

  @Test func `records out of order in time are found all the same`() throws {
    let log = try log()
    for time in [50, 500, 20, 700] as [Int64] { try log.append(TestBatch("late", at: time)) }
    #expect(try log.record(notBefore: 191)?.offset == 21)
    #expect(try log.record(notBefore: 501)?.offset == 23)
  }
}
