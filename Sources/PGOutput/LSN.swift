/// A position in the write-ahead log: a byte offset since the cluster's beginning.
public struct LSN: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible {
  public var rawValue: UInt64

  /// No position; PostgreSQL prints it as `0/0`.
  public static let zero = LSN(rawValue: 0)

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Reads PostgreSQL's text, as `16/B374D848`; nil for anything else.
  public init?(_ text: some StringProtocol) {
    let halves = text.split(separator: "/", omittingEmptySubsequences: false)
    guard halves.count == 2, let high = Self.half(halves[0]), let low = Self.half(halves[1]) else { return nil }
    rawValue = UInt64(high) << 32 | UInt64(low)
  }

  public var description: String {
    String(rawValue >> 32, radix: 16, uppercase: true) + "/"
      + String(rawValue & 0xFFFF_FFFF, radix: 16, uppercase: true)
  }

  public static func < (a: LSN, b: LSN) -> Bool { a.rawValue < b.rawValue }

  private static func half(_ text: some StringProtocol) -> UInt32? {
    guard (1...8).contains(text.utf8.count), text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }) else { return nil }
    return UInt32(text, radix: 16)
  }
}
