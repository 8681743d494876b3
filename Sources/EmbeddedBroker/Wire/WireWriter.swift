/// Writes a message into chunks. A large field becomes a chunk of its own, so that a batch that was read from the log
/// is not copied on its way to the socket.
struct WireWriter: WireCoder {
  /// From here on a field is worth its own chunk.
  static let chunkBytes = 4096

  let version: Int16
  var isFlexible: Bool
  private var finished: [[UInt8]] = []
  private var current: [UInt8] = []

  init(version: Int16, isFlexible: Bool) {
    self.version = version
    self.isFlexible = isFlexible
    current.reserveCapacity(256)
  }

  /// All that was written, as it follows one another.
  consuming func finish() -> [[UInt8]] {
    finished.append(current)
    return finished
  }

  mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(_ value: inout T) throws(WireError) {
    let bigEndian = value.bigEndian
    unsafe withUnsafeBytes(of: bigEndian) { unsafe current.append(contentsOf: $0) }
  }

  mutating func length(_ value: inout Int?, isShort: Bool) throws(WireError) {
    let length = value ?? -1
    if isFlexible { return unsignedNumber(UInt64(length + 1)) }
    if isShort {
      guard var short = Int16(exactly: length) else { throw WireError(code: .invalidLength, offset: 0) }
      return try integer(&short)
    }
    guard var long = Int32(exactly: length) else { throw WireError(code: .invalidLength, offset: 0) }
    try integer(&long)
  }

  mutating func count(_ value: inout Int?) throws(WireError) { try length(&value, isShort: false) }

  mutating func content(_ value: inout [UInt8], count: Int) throws(WireError) {
    guard count >= Self.chunkBytes else {
      current += value
      return
    }
    finished.append(current)
    finished.append(value)
    current = []
  }

  mutating func text(_ value: inout String, count: Int) throws(WireError) { current += value.utf8 }

  mutating func tags() throws(WireError) {
    if isFlexible { current.append(0) }
  }

  private mutating func unsignedNumber(_ value: UInt64) {
    var left = value
    while left >= 0x80 {
      current.append(UInt8(truncatingIfNeeded: left) | 0x80)
      left >>= 7
    }
    current.append(UInt8(left))
  }
}
