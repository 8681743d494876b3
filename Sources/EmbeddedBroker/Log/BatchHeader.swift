/// What stands in front of the records of a batch of version 2: 61 bytes, of which the checksum covers the last 40.
struct BatchHeader: Equatable {
  static let size = 61
  /// Base offset and length, which the length itself does not count.
  static let prefix = 12
  /// Where the checksum's cover begins: at the attributes.
  static let checked = 21

  enum Offset {
    static let length = 8
    static let leaderEpoch = 12
    static let magic = 16
    static let checksum = 17
    static let attributes = 21
    static let maxTimestamp = 35
  }

  var baseOffset: Int64
  /// Of the whole batch, in bytes.
  var length: Int
  var magic: Int8
  var checksum: UInt32
  var attributes: Attributes
  var lastOffsetDelta: Int32
  var baseTimestamp: Int64
  var maxTimestamp: Int64
  var producerID: Int64
  var producerEpoch: Int16
  var baseSequence: Int32
  var recordCount: Int32

  var lastOffset: Int64 { baseOffset &+ Int64(lastOffsetDelta) }
  var nextOffset: Int64 { lastOffset &+ 1 }
  var lastSequence: Int32 { Sequence.advance(baseSequence, by: lastOffsetDelta) }

  /// Reads the header at `offset`, where 61 bytes must be.
  init(_ bytes: RawSpan, at offset: Int = 0) {
    baseOffset = bytes.integer(Int64.self, at: offset)
    length = Int(bytes.integer(Int32.self, at: offset + Offset.length)) + Self.prefix
    magic = bytes.integer(Int8.self, at: offset + Offset.magic)
    checksum = bytes.integer(UInt32.self, at: offset + Offset.checksum)
    attributes = Attributes(rawValue: bytes.integer(Int16.self, at: offset + Offset.attributes))
    lastOffsetDelta = bytes.integer(Int32.self, at: offset + 23)
    baseTimestamp = bytes.integer(Int64.self, at: offset + 27)
    maxTimestamp = bytes.integer(Int64.self, at: offset + Offset.maxTimestamp)
    producerID = bytes.integer(Int64.self, at: offset + 43)
    producerEpoch = bytes.integer(Int16.self, at: offset + 51)
    baseSequence = bytes.integer(Int32.self, at: offset + 53)
    recordCount = bytes.integer(Int32.self, at: offset + 57)
  }

  struct Attributes: OptionSet {
    let rawValue: Int16

    static let logAppendTime = Attributes(rawValue: 1 << 3)
    static let transactional = Attributes(rawValue: 1 << 4)
    static let control = Attributes(rawValue: 1 << 5)

    /// 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.
    var compression: Int16 { rawValue & 7 }
  }

  /// True when the batch that begins `bytes` is whole and its checksum right.
  func matches(_ bytes: RawSpan) -> Bool {
    guard magic == 2, length >= Self.size, length <= bytes.byteCount else { return false }
    return CRC32C.checksum(bytes.extracting(Self.checked..<length)) == checksum
  }
}

/// Sequence numbers of an idempotent producer: after the largest comes 0.
enum Sequence {
  static func advance(_ sequence: Int32, by count: Int32) -> Int32 {
    let sum = Int64(sequence) + Int64(count)
    return Int32(truncatingIfNeeded: sum > Int64(Int32.max) ? sum - Int64(Int32.max) - 1 : sum)
  }
}
