/// Reads big-endian integers and texts from a message, each read checked against its end.
struct ByteReader: ~Escapable {
  private let bytes: RawSpan
  private(set) var offset: Int

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, from offset: Int = 0) {
    self.bytes = bytes
    self.offset = offset
  }

  var remaining: Int { bytes.byteCount - offset }

  @_lifetime(self: copy self)
  mutating func byte() throws(PGOutputError) -> UInt8 { try integer(UInt8.self) }

  @_lifetime(self: copy self)
  mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) throws(PGOutputError) -> T {
    let width = MemoryLayout<T>.size
    guard remaining >= width else { throw error(.truncated) }
    // Any bits are an integer, and the bounds were just checked.
    let value = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: T.self)
    offset += width
    return T(bigEndian: value)
  }

  @_lifetime(self: copy self)
  mutating func lsn() throws(PGOutputError) -> LSN { LSN(rawValue: try integer(UInt64.self)) }

  /// A text up to its zero byte; what is not UTF-8 becomes U+FFFD.
  @_lifetime(self: copy self)
  mutating func text() throws(PGOutputError) -> String {
    var end = offset
    while end < bytes.byteCount, unsafe bytes.unsafeLoad(fromUncheckedByteOffset: end, as: UInt8.self) != 0 { end += 1 }
    guard end < bytes.byteCount else { throw error(.unterminatedText) }
    let span = bytes.extracting(offset..<end)
    offset = end + 1
    return unsafe span.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }

  /// Steps over `count` bytes and tells where they lie.
  @_lifetime(self: copy self)
  mutating func range(_ count: Int) throws(PGOutputError) -> Range<Int> {
    guard count >= 0 else { throw error(.invalidLength) }
    guard remaining >= count else { throw error(.truncated) }
    defer { offset += count }
    return offset..<offset + count
  }

  func expectEnd() throws(PGOutputError) {
    guard remaining == 0 else { throw error(.trailingBytes) }
  }

  func error(_ code: PGOutputError.Code) -> PGOutputError { PGOutputError(code: code, offset: offset) }
}
