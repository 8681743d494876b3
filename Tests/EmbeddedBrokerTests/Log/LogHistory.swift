import TestSupport
import Testing

@testable import EmbeddedBroker

/// A random life of one partition, with what its clients were told.
struct LogHistory {
  let files = FaultyFiles()
  var settings = PartitionSettings()
  var random: SeededGenerator
  var log: PartitionLog?
  /// What was appended, by offset; what a loss of power took is taken out.
  var appended: [Int64: String] = [:]
  /// The offset up to which records were acknowledged, or shown.
  var acknowledged: Int64 = 0
  var sequence: Int32 = 0
  var epoch: Int16 = 0
  var removedBefore: Int64 = 0
  private var count = 0

  init(seed: UInt64, _ sync: SyncPolicy) {
    random = SeededGenerator(seed: seed)
    settings.sync = sync
    settings.segmentBytes = 700
    settings.checkpointBytes = 900
    settings.indexInterval = 150
  }

  mutating func open() throws {
    let log = try PartitionLog.open(files, settings)
    self.log = log
    try check(log)
    // What was not acknowledged may be there or not; from now on it is what the log says.
    appended = appended.filter { $0.key < log.endOffset }
    if log.visibleEnd > acknowledged { acknowledged = log.visibleEnd }
    epoch += 1
    sequence = 0
  }

  /// All that was acknowledged is there, as it was; nothing is there that was never appended.
  func check(_ log: PartitionLog) throws {
    #expect(log.endOffset >= acknowledged)
    #expect(log.startOffset <= max(removedBefore, 0))
    var next = log.startOffset
    for batch in try log.batches() {
      #expect(batch.header.baseOffset == next)
      let matches = batch.header.matches(batch.bytes.raw)
      #expect(matches)
      let value = appended[next]
      let ends = value.map { Array(batch.bytes.dropLast().suffix($0.utf8.count)) == Array($0.utf8) }
      #expect(ends == true)
      next = batch.header.nextOffset
    }
    #expect(next == log.visibleEnd)
    try checkSearch(log)
  }

  /// Each offset is found through the indexes, and each time: a record's time is its number.
  private func checkSearch(_ log: PartitionLog) throws {
    log.places = PlaceCache()
    for offset in log.startOffset..<log.visibleEnd {
      let bytes = try log.read(from: offset, maxBytes: 1, minOneBatch: true)
      let header = BatchHeader(bytes.raw)
      #expect(header.baseOffset == offset)
      #expect(try log.record(notBefore: header.maxTimestamp)?.offset == offset)
      log.places = PlaceCache()
    }
  }

  mutating func append() {
    guard let log else { return }
    count += 1
    let value = "value \(count) " + String(repeating: "x", count: Int.random(in: 0...120, using: &random))
    do {
      let batch = TestBatch(value, at: Int64(count)).from(3, epoch: epoch, sequence: sequence)
      guard case .appended(let offset, _, _) = try log.append(batch) else { return #expect(Bool(false), "a duplicate") }
      appended[offset] = value
      sequence += 1
      // Under the other policies an answer follows at once: it is worth what the page cache is worth.
      if settings.sync != .always { acknowledged = log.endOffset }
    } catch {
      #expect(error.code == .storageError)
    }
  }

  mutating func sync() {
    guard let log else { return }
    log.sync()
    if settings.sync == .always { acknowledged = max(acknowledged, log.visibleEnd) }
  }

  mutating func retain() {
    guard let log else { return }
    log.settings.retentionBytes = Int.random(in: 500...3_000, using: &random)
    _ = try? log.enforceRetention(now: 0)
    removedBefore = max(removedBefore, log.startOffset)
  }

  mutating func step() {
    switch Int.random(in: 0..<10, using: &random) {
    case 0...5: append()
    case 6...8: sync()
    default: retain()
    }
  }

  mutating func losePower() {
    // Only what was synced was promised.
    if settings.sync != .always, let log { acknowledged = log.durability.end.nextOffset }
    log = nil
    files.losePower(.random, using: &random)
  }
}
