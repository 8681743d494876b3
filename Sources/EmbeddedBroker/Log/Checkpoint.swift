/// Up to where a partition is durable, and what of it cannot be seen in the log's tail: written now and then and at a
/// clean stop, so that a start reads only what came after.
struct Checkpoint: Equatable {
  static let fileName = "checkpoint"
  private static let version: UInt32 = 0x4247_4301

  /// The first offset that clients may read.
  var startOffset: Int64
  var mark: SegmentMark
  var producers: ProducerStates

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(integer: Self.version)
    let numbers = [
      startOffset, mark.baseOffset, mark.nextOffset, Int64(mark.position), Int64(mark.offsetEntries),
      Int64(mark.timeEntries), mark.newestTimestamp, mark.newestOffset, Int64(producers.producers.count),
    ]
    for number in numbers { bytes.append(integer: number) }
    for (id, producer) in producers.producers { Self.write(producer, id, to: &bytes) }
    return bytes
  }

  private static func write(_ producer: ProducerStates.Producer, _ id: Int64, to bytes: inout [UInt8]) {
    bytes.append(integer: id)
    bytes.append(integer: producer.epoch)
    bytes.append(integer: producer.lastSeen)
    bytes.append(UInt8(producer.batches.count))
    for batch in producer.batches {
      bytes.append(integer: batch.baseSequence)
      bytes.append(integer: batch.lastSequence)
      bytes.append(integer: batch.baseOffset)
      bytes.append(integer: batch.lastOffset)
      bytes.append(integer: batch.appendTime)
    }
  }
}

extension Checkpoint {
  /// - Returns: nil for what this version did not write; the checksum has been looked at.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 76, bytes.integer(UInt32.self, at: 0) == Self.version else { return nil }
    func number(_ index: Int) -> Int64 { bytes.integer(Int64.self, at: 4 + index * 8) }
    startOffset = number(0)
    mark = SegmentMark(
      baseOffset: number(1), nextOffset: number(2), position: Int(number(3)), offsetEntries: Int(number(4)),
      timeEntries: Int(number(5)), newestTimestamp: number(6), newestOffset: number(7))
    producers = ProducerStates()
    var offset = 76
    for _ in 0..<max(number(8), 0) {
      guard let id = Self.readProducer(bytes, at: &offset, into: &producers), id >= 0 else { return nil }
    }
  }

  private static func readProducer(_ bytes: [UInt8], at offset: inout Int, into states: inout ProducerStates) -> Int64?
  {
    guard bytes.count >= offset + 19, bytes.count >= offset + 19 + Int(bytes[offset + 18]) * 32 else { return nil }
    let id = bytes.integer(Int64.self, at: offset)
    var producer = ProducerStates.Producer(
      epoch: bytes.integer(Int16.self, at: offset + 8), lastSeen: bytes.integer(Int64.self, at: offset + 10),
      batches: [])
    let count = Int(bytes[offset + 18])
    offset += 19
    for _ in 0..<count {
      producer.batches.append(
        ProducerStates.Batch(
          baseSequence: bytes.integer(Int32.self, at: offset), lastSequence: bytes.integer(Int32.self, at: offset + 4),
          baseOffset: bytes.integer(Int64.self, at: offset + 8), lastOffset: bytes.integer(Int64.self, at: offset + 16),
          appendTime: bytes.integer(Int64.self, at: offset + 24)))
      offset += 32
    }
    states.restore(producer, id: id)
    return id
  }
}
