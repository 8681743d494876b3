/// Kafka's integers are big-endian, in its log as on the wire.
extension RawSpan {
  /// The integer at `offset`; its bytes must be there.
  func integer<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int) -> T {
    // Any bits are an integer; the load checks its bounds.
    unsafe T(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: T.self))
  }
}

extension [UInt8] {
  /// The bytes as they lie.
  var raw: RawSpan {
    @_lifetime(borrow self) get {
      // A byte has no padding to read.
      unsafe span.bytes
    }
  }

  func integer<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int) -> T {
    raw.integer(type, at: offset)
  }

  mutating func append<T: FixedWidthInteger>(integer value: T) {
    for shift in stride(from: T.bitWidth - 8, through: 0, by: -8) { append(UInt8(truncatingIfNeeded: value >> shift)) }
  }

  /// Replaces the integer at `offset`.
  mutating func store<T: FixedWidthInteger>(integer value: T, at offset: Int) {
    for byte in 0..<T.bitWidth / 8 {
      self[offset + byte] = UInt8(truncatingIfNeeded: value >> (T.bitWidth - 8 - byte * 8))
    }
  }
}
