/// Reads the timestamps of a batch's uncompressed records.
enum RecordTimes {
  /// - Returns: nil when there is none, or the records are not what their header says.
  static func first(
    in bytes: [UInt8], _ header: BatchHeader, notBefore timestamp: Int64
  ) -> (offset: Int64, timestamp: Int64)? {
    var position = BatchHeader.size
    for _ in 0..<header.recordCount {
      guard let length = varint(bytes, at: &position), length > 0, length <= bytes.count - position else { return nil }
      let end = position + Int(length)
      // One byte of attributes comes first.
      position += 1
      guard let time = varint(bytes, at: &position), let offset = varint(bytes, at: &position) else { return nil }
      if header.baseTimestamp &+ time >= timestamp {
        return (header.baseOffset &+ offset, header.baseTimestamp &+ time)
      }
      position = end
    }
    return nil
  }

  /// Kafka's zigzag integers of variable length.
  private static func varint(_ bytes: [UInt8], at position: inout Int) -> Int64? {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 70, by: 7) {
      guard position < bytes.count else { return nil }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7f) << UInt64(shift)
      if byte < 0x80 { return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
    }
    return nil
  }
}
