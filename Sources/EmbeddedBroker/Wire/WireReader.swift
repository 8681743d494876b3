/// Reads a message, every step checked against what is left of it.
///
/// Nothing is allocated by a length before that many bytes are known to be there, and a message's arrays together have
/// at most `elementsMax` elements, so that a request cannot grow past a small multiple of its size.
struct WireReader: WireCoder, ~Escapable {
  static let elementsMax = 200_000

  private let bytes: RawSpan
  private(set) var offset = 0
  private var elementsLeft = Self.elementsMax
  var version: Int16
  var isFlexible: Bool

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, version: Int16 = 0, isFlexible: Bool = false) {
    self.bytes = bytes
    self.version = version
    self.isFlexible = isFlexible
  }

  var remaining: Int { bytes.byteCount - offset }

  @_lifetime(self: copy self)
  mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(_ value: inout T) throws(WireError) {
    let width = MemoryLayout<T>.size
    guard remaining >= width else { throw error(.truncated) }
    // Any bits are an integer, and the bounds were just checked.
    value = T(bigEndian: unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: T.self))
    offset += width
  }

  @_lifetime(self: copy self)
  mutating func length(_ value: inout Int?, isShort: Bool) throws(WireError) {
    let length: Int
    if isFlexible {
      length = try unsignedNumber() - 1
    } else if isShort {
      var short: Int16 = 0
      try integer(&short)
      length = Int(short)
    } else {
      var long: Int32 = 0
      try integer(&long)
      length = Int(long)
    }
    guard length >= -1 else { throw error(.invalidLength) }
    guard length <= remaining else { throw error(.truncated) }
    value = length < 0 ? nil : length
  }

  @_lifetime(self: copy self)
  mutating func count(_ value: inout Int?) throws(WireError) {
    // An element takes a byte at least, so the check of a length holds for a count too.
    try length(&value, isShort: false)
    elementsLeft -= value ?? 0
    guard elementsLeft >= 0 else { throw error(.tooManyElements) }
  }

  @_lifetime(self: copy self)
  mutating func content(_ value: inout [UInt8], count: Int) throws(WireError) {
    value = unsafe try take(count).withUnsafeBytes { unsafe Array($0) }
  }

  /// What is not UTF-8 becomes U+FFFD.
  @_lifetime(self: copy self)
  mutating func text(_ value: inout String, count: Int) throws(WireError) {
    value = unsafe try take(count).withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }

  @_lifetime(self: copy self)
  mutating func tags() throws(WireError) {
    guard isFlexible else { return }
    for _ in 0..<(try unsignedNumber()) {
      _ = try unsignedNumber()
      _ = try take(try unsignedNumber())
    }
  }

  @_lifetime(copy self)
  @_lifetime(self: copy self)
  private mutating func take(_ count: Int) throws(WireError) -> RawSpan {
    guard count <= remaining else { throw error(.truncated) }
    defer { offset += count }
    return bytes.extracting(offset..<offset + count)
  }

  /// Seven bits a byte, the lowest first: 32 bits at most.
  @_lifetime(self: copy self)
  private mutating func unsignedNumber() throws(WireError) -> Int {
    var number: UInt64 = 0
    for shift in stride(from: 0 as UInt64, through: 28, by: 7) {
      var byte: UInt8 = 0
      try integer(&byte)
      number |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 {
        guard number <= UInt64(UInt32.max) else { break }
        return Int(number)
      }
    }
    throw error(.invalidNumber)
  }

  func expectEnd() throws(WireError) {
    guard remaining == 0 else { throw error(.trailingBytes) }
  }

  private func error(_ code: WireError.Code) -> WireError { WireError(code: code, offset: offset) }
}
