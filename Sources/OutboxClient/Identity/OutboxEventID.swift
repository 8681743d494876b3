/// An event's id: a UUID that stays the same through relay, retry and replay, so that a reader can drop what it has seen.
public struct OutboxEventID: Hashable, Comparable, Sendable, LosslessStringConvertible {
  /// The first and the last eight bytes, big-endian.
  let high: UInt64
  let low: UInt64

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads `01890a5d-ac96-774b-bcce-b302099a8057`, in small letters or capitals; nil for anything else.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 36, Self.hyphens.allSatisfy({ bytes[$0] == UInt8(ascii: "-") }) else { return nil }
    var value: UInt128 = 0
    for (place, byte) in bytes.enumerated() where !Self.hyphens.contains(place) {
      guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
      value = value << 4 | UInt128(digit)
    }
    self.init(high: UInt64(value >> 64), low: UInt64(truncatingIfNeeded: value))
  }

  private static let hyphens = [8, 13, 18, 23]

  /// The usual 36 characters, in small letters.
  public var description: String {
    var text: [UInt8] = []
    for place in 0..<32 {
      if [8, 12, 16, 20].contains(place) { text.append(UInt8(ascii: "-")) }
      let half = place < 16 ? high : low
      text.append(Self.digits[Int(half >> UInt64(60 - place % 16 * 4) & 0xF)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static let digits = Array("0123456789abcdef".utf8)

  /// By their bytes, as PostgreSQL orders them: UUIDv7 of one process in the order of their making.
  public static func < (first: Self, second: Self) -> Bool { (first.high, first.low) < (second.high, second.low) }
}
