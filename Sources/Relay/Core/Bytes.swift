extension RawSpan {
  /// One byte; out of bounds is a trap, as in an array.
  func byte(_ offset: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

  func isEqual(to other: borrowing RawSpan) -> Bool {
    guard byteCount == other.byteCount else { return false }
    for index in 0..<byteCount where byte(index) != other.byte(index) { return false }
    return true
  }

  func hasPrefix(_ prefix: borrowing RawSpan) -> Bool {
    byteCount >= prefix.byteCount && extracting(0..<prefix.byteCount).isEqual(to: prefix)
  }

  /// The bytes as text; what is not UTF-8 becomes U+FFFD.
  var text: String { unsafe withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) } }
}

extension [UInt8] {
  /// The elements as raw bytes; they end with the array's access.
  var rawBytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // Bytes of any value are bytes.
      unsafe span.bytes
    }
  }
}
