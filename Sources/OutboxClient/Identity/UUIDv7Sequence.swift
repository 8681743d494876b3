import FoundationEssentials
import Synchronization

/// UUIDs of version 7 (RFC 9562): 48 bits of milliseconds and 74 random bits. Within a millisecond the random part only
/// grows, so each id is greater than the one before it, also when the clock goes back.
struct UUIDv7Sequence {
  private(set) var milliseconds: UInt64 = 0
  private(set) var tail: UInt128 = 0

  private static let tailBits = 74
  private static let lowBits = 62

  /// - Parameter now: milliseconds since 1970-01-01 UTC.
  mutating func next(now: UInt64, using random: inout some RandomNumberGenerator) -> OutboxEventID {
    if now > milliseconds {
      begin(now, using: &random)
    } else {
      tail += UInt128(UInt32.random(in: .min ... .max, using: &random)) + 1
      if tail >> Self.tailBits != 0 { begin(milliseconds + 1, using: &random) }
    }
    let version: UInt64 = 7
    let variant: UInt64 = 0b10
    return OutboxEventID(
      high: (milliseconds << 16) | (version << 12) | UInt64(tail >> Self.lowBits),
      low: (variant << Self.lowBits) | UInt64(tail & (1 << Self.lowBits - 1)))
  }

  /// The highest bit stays free, for what comes in the same millisecond.
  private mutating func begin(_ moment: UInt64, using random: inout some RandomNumberGenerator) {
    milliseconds = moment
    tail = UInt128.random(in: 0..<1 << (Self.tailBits - 1), using: &random)
  }
}

extension OutboxEventID {
  private static let sequence = Mutex(UUIDv7Sequence())

  /// A new UUIDv7, greater than each one that this process made before.
  public static func next() -> OutboxEventID {
    let now = UInt64(max(0, Date().timeIntervalSince1970 * 1000))
    var random = SystemRandomNumberGenerator()
    return sequence.withLock { $0.next(now: now, using: &random) }
  }
}
