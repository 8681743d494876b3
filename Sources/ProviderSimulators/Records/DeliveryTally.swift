import Signing
import Synchronization

/// Which deliveries came, and how often: 16 bytes and a count for each, so that days of load have room.
public final class DeliveryTally: Sendable {
  public struct Counts: Sendable, Equatable {
    /// Different deliveries.
    public var unique = 0
    /// Receipts beyond each one's first.
    public var repeated = 0
    /// Receipts of deliveries for which there was no room.
    public var untold = 0

    public init() {}
  }

  private struct State {
    var receipts: [UInt128: UInt32] = [:]
    var counts = Counts()
  }

  private let state = Mutex(State())
  private let limit: Int

  /// - Parameter limit: different deliveries that are remembered; the rest is counted as `untold`.
  public init(limit: Int = 2_000_000) { self.limit = limit }

  /// - Parameter id: a UUID; of anything else a hash takes its place.
  public func add(_ id: String) {
    let key = Self.key(id)
    state.withLock { state in
      if let count = state.receipts[key] {
        state.receipts[key] = count == .max ? count : count + 1
        state.counts.repeated += 1
      } else if state.receipts.count < limit {
        state.receipts[key] = 1
        state.counts.unique += 1
      } else {
        state.counts.untold += 1
      }
    }
  }

  public var counts: Counts { state.withLock { $0.counts } }

  /// Written as UUIDs, in no order.
  public var receipts: [(id: String, count: Int)] {
    state.withLock { $0.receipts }.map { (Self.text($0.key), Int($0.value)) }
  }

  public func forget() { state.withLock { $0 = State() } }

  /// What a text is called that is no UUID: a UUID's form of the first half of its SHA-256.
  public static func hash(_ text: String) -> String { Self.text(digest(text)) }

  private static func key(_ id: String) -> UInt128 { uuid(id) ?? digest(id) }

  private static func digest(_ text: String) -> UInt128 {
    SHA256.hash(Array(text.utf8)).prefix(16).reduce(0) { $0 << 8 | UInt128($1) }
  }

  private static func uuid(_ text: String) -> UInt128? {
    let bytes = Array(text.utf8)
    guard bytes.count == 36, [8, 13, 18, 23].allSatisfy({ bytes[$0] == UInt8(ascii: "-") }) else { return nil }
    return UInt128(text.filter { $0 != "-" }, radix: 16)
  }

  private static func text(_ key: UInt128) -> String {
    let digits = String(key, radix: 16)
    var all = Array(String(repeating: "0", count: 32 - digits.count) + digits)
    for place in [20, 16, 12, 8] { all.insert("-", at: place) }
    return String(all)
  }
}
