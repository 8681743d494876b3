import Testing

@testable import EmbeddedBroker

@Suite
struct ProducerTests {
  private let files = FaultyFiles()

  private func code(_ log: PartitionLog, _ batch: TestBatch) -> ErrorCode? {
    do {
      try log.append(batch)
      return nil
    } catch {
      return error.code
    }
  }

  private func batch(_ sequence: Int32, epoch: Int16 = 0) -> TestBatch {
    TestBatch("a", "b").from(7, epoch: epoch, sequence: sequence)
  }

  @Test func `the last five batches are known again, older ones are out of order`() throws {
    let log = try PartitionLog.open(files)
    for index in 0..<6 { try log.append(batch(Int32(index * 2))) }
    for index in 1..<6 as Range<Int64> {
      let again = try log.append(batch(Int32(index * 2)))
      #expect(again == .duplicate(baseOffset: index * 2, lastOffset: index * 2 + 1, logAppendTime: -1))
    }
    #expect(code(log, batch(0)) == .outOfOrderSequence)
    #expect(log.endOffset == 12)
  }

  @Test func `a gap is refused, also at a new epoch`() throws {
    let log = try PartitionLog.open(files)
    try log.append(batch(0))
    #expect(code(log, batch(3)) == .outOfOrderSequence)
    #expect(code(log, batch(1)) == .outOfOrderSequence)
    #expect(code(log, batch(2, epoch: 1)) == .outOfOrderSequence)
    #expect(code(log, batch(0, epoch: 1)) == nil)
    #expect(code(log, batch(2, epoch: 1)) == nil)
  }

  @Test func `an older epoch is fenced`() throws {
    let log = try PartitionLog.open(files)
    try log.append(batch(0, epoch: 3))
    #expect(code(log, batch(2, epoch: 2)) == .invalidProducerEpoch)
    #expect(code(log, batch(0, epoch: 2)) == .invalidProducerEpoch)
  }

  @Test func `after the largest sequence comes zero`() throws {
    let log = try PartitionLog.open(files)
    try log.append(batch(.max - 1))
    #expect(code(log, batch(1)) == .outOfOrderSequence)
    #expect(code(log, batch(0)) == nil)
    try log.append(TestBatch("a", "b", "c").from(8, sequence: .max))
    #expect(code(log, TestBatch("a").from(8, sequence: 2)) == nil)
  }

  @Test(arguments: Stop.allCases) func `a batch sent again after a restart is a duplicate`(
    _ stop: Stop
  ) throws {
    var settings = PartitionSettings()
    settings.checkpointBytes = stop == .afterCheckpoint ? 1 : .max
    settings.stampsAppendTime = true
    let log = try PartitionLog.open(files, settings)
    for index in 0..<8 {
      try log.append(batch(Int32(index * 2)), now: 50)
      log.sync()
    }
    if stop == .clean { try log.close() }
    let again = try PartitionLog.open(files, settings)
    for index in 3..<8 as Range<Int64> {
      let result = try again.append(batch(Int32(index * 2)))
      #expect(result == .duplicate(baseOffset: index * 2, lastOffset: index * 2 + 1, logAppendTime: 50))
    }
    #expect(code(again, batch(0)) == .outOfOrderSequence)
    #expect(code(again, batch(18)) == .outOfOrderSequence)
    #expect(code(again, batch(16)) == nil)
  }

  enum Stop: CaseIterable { case clean, kill, afterCheckpoint }

  @Test func `a producer that is silent for long is forgotten, one that writes is not`() throws {
    var settings = PartitionSettings()
    settings.producerExpiry = 100
    let log = try PartitionLog.open(files, settings)
    try log.append(TestBatch("a").from(1, sequence: 0), now: 0)
    try log.append(TestBatch("a").from(2, sequence: 0), now: 60)
    try log.enforceRetention(now: 120)
    #expect(Set(log.producers.producers.keys) == [2])
    #expect(code(log, TestBatch("a").from(1, sequence: 9)) == nil)
  }

  @Test func `retention never takes away what a producer's sequence stands on`() throws {
    var settings = PartitionSettings()
    settings.segmentBytes = 300
    settings.retentionBytes = 0
    settings.sync = .os
    let log = try PartitionLog.open(files, settings)
    for index in 0..<10 { try log.append(batch(Int32(index * 2))) }
    #expect(try log.enforceRetention(now: 0) == 0)
    #expect(log.isCheckpointDue)
    log.sync()
    #expect(try log.enforceRetention(now: 0) > 0)
    let again = try PartitionLog.open(files, settings)
    #expect(code(again, batch(22)) == .outOfOrderSequence)
    #expect(code(again, batch(20)) == nil)
  }
}
