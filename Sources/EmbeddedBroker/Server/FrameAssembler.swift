/// Makes requests of the bytes that come: each is a length of four bytes and as many bytes.
struct FrameAssembler {
  enum Step: Equatable {
    /// All bytes are taken; more are needed.
    case needsMore
    case frame([UInt8])
    /// A large request begins, and waits for `begin` with this many bytes.
    case announces(Int)
  }

  /// Requests up to here are read without asking for room first.
  static let smallBytes = 64 << 10

  private let largest: Int
  private var length: [UInt8] = []
  private var frame: [UInt8] = []
  private var wanted: Int?
  private var mayRead = false

  init(largest: Int) { self.largest = largest }

  /// Bytes of a request that is not complete.
  var heldBytes: Int { frame.count }
  var isInside: Bool { wanted != nil || !length.isEmpty }

  /// Allows the large request that was announced.
  mutating func begin() { mayRead = true }

  /// Takes from `bytes` at `position` on and moves it.
  /// - Throws: for a length that no request has; its text is for the log.
  mutating func next(_ bytes: RawSpan, _ position: inout Int) throws(FrameError) -> Step {
    if wanted == nil {
      while length.count < 4, position < bytes.byteCount {
        length.append(byte(bytes, position))
        position += 1
      }
      guard length.count == 4 else { return .needsMore }
      let count = Int(length.integer(Int32.self, at: 0))
      guard (8...largest).contains(count) else { throw FrameError(length: count) }
      wanted = count
      mayRead = count <= Self.smallBytes
    }
    guard let wanted else { return .needsMore }
    guard mayRead else { return .announces(wanted) }
    if frame.isEmpty { frame.reserveCapacity(wanted) }
    let part = min(wanted - frame.count, bytes.byteCount - position)
    unsafe bytes.extracting(position..<position + part).withUnsafeBytes { unsafe frame.append(contentsOf: $0) }
    position += part
    guard frame.count == wanted else { return .needsMore }
    defer {
      frame = []
      length = []
      self.wanted = nil
    }
    return .frame(frame)
  }

  private func byte(_ bytes: RawSpan, _ position: Int) -> UInt8 {
    // The caller checked the position.
    unsafe bytes.unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self)
  }
}

struct FrameError: Error, Equatable {
  let length: Int
}
