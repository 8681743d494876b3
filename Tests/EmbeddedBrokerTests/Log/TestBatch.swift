@testable import EmbeddedBroker

/// Builds record batches as a producer does.
struct TestBatch {
  var values: [String]
  var timestamps: [Int64]
  var producerID: Int64 = -1
  var epoch: Int16 = -1
  var sequence: Int32 = -1
  var attributes: Int16 = 0

  init(_ values: String..., at time: Int64 = 1_000) { self.init(values, at: time) }

  init(_ values: [String], at time: Int64 = 1_000) {
    self.values = values
    timestamps = values.map { _ in time }
  }

  func from(_ producer: Int64, epoch: Int16 = 0, sequence: Int32) -> TestBatch {
    var batch = self
    (batch.producerID, batch.epoch, batch.sequence) = (producer, epoch, sequence)
    return batch
  }

  var bytes: [UInt8] {
    let records = values.indices.flatMap { record($0) }
    var bytes: [UInt8] = []
    bytes.append(integer: Int64(0))
    bytes.append(integer: Int32(BatchHeader.size - BatchHeader.prefix + records.count))
    bytes.append(integer: Int32(-1))
    bytes.append(UInt8(2))
    bytes.append(integer: UInt32(0))
    bytes.append(integer: attributes)
    bytes.append(integer: Int32(values.count - 1))
    bytes.append(integer: timestamps.first ?? -1)
    bytes.append(integer: timestamps.max() ?? -1)
    bytes.append(integer: producerID)
    bytes.append(integer: epoch)
    bytes.append(integer: sequence)
    bytes.append(integer: Int32(values.count))
    return Self.sealed(bytes + records)
  }

  /// With the checksum that its content has.
  static func sealed(_ batch: [UInt8]) -> [UInt8] {
    var bytes = batch
    let checksum = CRC32C.checksum(bytes.raw.extracting(BatchHeader.checked..<bytes.count))
    bytes.store(integer: checksum, at: BatchHeader.Offset.checksum)
    return bytes
  }

  private func record(_ index: Int) -> [UInt8] {
    let value = Array(values[index].utf8)
    var body: [UInt8] = [0]
    body += Self.varint(timestamps[index] - timestamps[0]) + Self.varint(Int64(index)) + Self.varint(-1)
    body += Self.varint(Int64(value.count)) + value + Self.varint(0)
    return Self.varint(Int64(body.count)) + body
  }

  static func varint(_ value: Int64) -> [UInt8] {
    var rest = UInt64(bitPattern: value << 1 ^ value >> 63)
    var bytes: [UInt8] = []
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}

extension PartitionLog {
  static let testDirectory = "data/orders-0"

  static func open(_ files: any FileLayer, _ settings: PartitionSettings = .init(), now: Int64 = 0) throws
    -> PartitionLog
  {
    try PartitionLog(directory: testDirectory, settings: settings, files: files, now: now)
  }

  @discardableResult
  func append(_ batch: TestBatch, now: Int64 = 0) throws(PartitionError) -> AppendResult {
    try append(batch.bytes, now: now)
  }

  /// Syncs as the server does; what the sync says.
  @discardableResult
  func sync() -> LogSync.Outcome? {
    guard let sync = beginSync() else { return nil }
    let outcome = sync.run()
    finish(outcome)
    return outcome
  }

  /// All batches that clients may read, from `offset` on.
  func batches(from offset: Int64? = nil, maxBytes: Int = 300) throws -> [(header: BatchHeader, bytes: [UInt8])] {
    var found: [(header: BatchHeader, bytes: [UInt8])] = []
    var next = offset ?? startOffset
    while true {
      let bytes = try read(from: next, maxBytes: maxBytes, minOneBatch: true)
      guard !bytes.isEmpty else { return found }
      var position = 0
      while position < bytes.count {
        let header = BatchHeader(bytes.raw, at: position)
        found.append((header, Array(bytes[position..<position + header.length])))
        position += header.length
        next = header.nextOffset
      }
    }
  }
}
