import CLibUV

/// CRC-32C (Castagnoli), as record batches and our own files carry it.
enum CRC32C {
  static func checksum(_ bytes: RawSpan) -> UInt32 {
    guard hardware else { return slicedChecksum(bytes) }
    return unsafe bytes.withUnsafeBytes { raw in
      guard let base = raw.baseAddress else { return 0 }
      return unsafe ~bongsu_crc32c(~0, base, raw.count)
    }
  }

  /// Eight tables and eight bytes a step, for machines without the instruction.
  static func slicedChecksum(_ bytes: RawSpan) -> UInt32 { ~sliced(~0, bytes) }

  private static let hardware = bongsu_crc32c_available() != 0

  /// Table k says what a byte does that k more bytes follow; 256 entries each, one after the other.
  private static let tables: [UInt32] = {
    var tables: [UInt32] = []
    for byte in 0..<256 as Range<UInt32> {
      var crc = byte
      for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : (crc >> 1) ^ 0x82f6_3b78 }
      tables.append(crc)
    }
    for index in 256..<2_048 {
      let before = tables[index - 256]
      tables.append((before >> 8) ^ tables[Int(before & 0xff)])
    }
    return tables
  }()

  private static func sliced(_ state: UInt32, _ bytes: RawSpan) -> UInt32 {
    var state = state
    let tables = tables.span
    let wide = bytes.byteCount & ~7
    for start in stride(from: 0, to: wide, by: 8) {
      // Any bits are an integer, and the bounds are the loop's.
      let word = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: start, as: UInt64.self)
      let mixed = UInt64(littleEndian: word) ^ UInt64(state)
      state = 0
      for byte in 0..<8 {
        let part = Int(truncatingIfNeeded: mixed >> UInt64(byte * 8)) & 0xff
        state ^= tables[(7 - byte) * 256 + part]
      }
    }
    for index in wide..<bytes.byteCount {
      let byte = unsafe bytes.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
      state = (state >> 8) ^ tables[Int(UInt8(truncatingIfNeeded: state) ^ byte)]
    }
    return state
  }
}
