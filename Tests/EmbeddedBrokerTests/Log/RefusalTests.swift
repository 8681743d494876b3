import TestSupport
import Testing

@testable import EmbeddedBroker

/// What must not enter the log, and the code that says so.
@Suite
struct RefusalTests {
  private let log: PartitionLog

  init() throws {
    var settings = PartitionSettings()
    settings.maxMessageBytes = 300
    log = try PartitionLog.open(FaultyFiles(), settings)
  }

  private func code(_ bytes: [UInt8]) -> ErrorCode? {
    do {
      _ = try log.append(bytes, now: 0)
      return nil
    } catch {
      return error.code
    }
  }

  private func changed(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
    var bytes = TestBatch("value").bytes
    change(&bytes)
    return TestBatch.sealed(bytes)
  }

  @Test func `one flipped bit anywhere under the checksum is damage`() {
    let batch = TestBatch("value").bytes
    for index in BatchHeader.Offset.checksum..<batch.count {
      var bytes = batch
      bytes[index] ^= 1
      #expect(code(bytes) == .corruptMessage)
    }
    #expect(log.endOffset == 0)
    #expect(code(batch) == nil)
  }

  @Test func `any cut and any length that lies is damage`() {
    let batch = TestBatch("value").bytes
    for count in 0..<batch.count { #expect(code(Array(batch.prefix(count))) == .corruptMessage) }
    for length in [Int32.min, -1, 0, 48, 1_000, .max] {
      var bytes = batch
      bytes.store(integer: length, at: BatchHeader.Offset.length)
      #expect(code(bytes) == .corruptMessage)
    }
  }

  @Test func `each refusal has Kafka's code`() {
    #expect(code(changed { $0[BatchHeader.Offset.magic] = 1 }) == .unsupportedForMessageFormat)
    #expect(code(changed { $0[BatchHeader.Offset.magic] = 3 }) == .corruptMessage)
    #expect(code(TestBatch("a").bytes + TestBatch("b").bytes) == .invalidRecord)
    #expect(code(TestBatch(String(repeating: "x", count: 300)).bytes) == .messageTooLarge)
    #expect(code(changed { $0.store(integer: Int32(2), at: 57) }) == .invalidRecord)
    #expect(code(changed { $0.store(integer: Int32(-1), at: 23) }) == .invalidRecord)
    #expect(code(changed { $0[22] = 1 << 5 }) == .invalidRecord)
    #expect(code(changed { $0[22] = 1 << 4 }) == .invalidTransactionState)
    #expect(code(changed { $0[22] = 1 << 3 }) == .invalidTimestamp)
    #expect(code(changed { $0[22] = 5 }) == .unsupportedCompressionType)
    #expect(code(TestBatch("a").from(1, epoch: -1, sequence: 0).bytes) == .invalidRecord)
    #expect(code(TestBatch("a", at: 3_600_001).bytes) == .invalidTimestamp)
    #expect(log.endOffset == 0)
    #expect(code(TestBatch("a", at: 3_600_000).bytes) == nil)
  }

  @Test func `a small batch cannot claim many offsets`() {
    func claim(_ count: Int32) -> [UInt8] {
      changed {
        $0.store(integer: count, at: 57)
        $0.store(integer: count - 1, at: 23)
      }
    }
    #expect(code(claim(.max)) == .invalidRecord)
    #expect(code(claim(2)) == .invalidRecord)
    #expect(code(claim(1)) == nil)
  }

  @Test func `no batch of random bytes traps, also with a right checksum`() {
    var random = SeededGenerator(seed: 11)
    for _ in 0..<20_000 {
      var bytes = TestBatch("value", "other").from(3, sequence: 0).bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: BatchHeader.checked..<bytes.count, using: &random)
        bytes[place] = Bool.random(using: &random) ? 0xFF : UInt8.random(in: 0...255, using: &random)
      }
      let end = log.endOffset
      if code(TestBatch.sealed(bytes)) == nil { #expect(log.endOffset >= end) }
    }
    #expect(log.sync()?.failure == nil)
    #expect((try? log.batches())?.isEmpty == false)
  }
}
