/// When libcurl looks at its sockets again. Whatever comes on a connection, it goes through all of the connection's
/// transfers, a microsecond or two for each: with a thousand in flight that were most of a request's price. So what comes
/// is gathered for a while that grows with them.
struct LookPace {
  /// Monotonic nanoseconds.
  private var lookedAt: Int64 = 0

  /// Looking takes a tenth of it, or a little more.
  private static let restPerTransfer: Int64 = 10_000
  private static let longestRest: Int64 = 10_000_000
  /// A shorter one would save less than it costs.
  private static let shortestRest: Int64 = 500_000

  mutating func note(_ now: Int64) { lookedAt = now }

  /// Until when nobody need look.
  func restsUntil(inFlight: Int) -> Int64 {
    let rest = min(Self.longestRest, Int64(inFlight) * Self.restPerTransfer)
    return rest < Self.shortestRest ? lookedAt : lookedAt + rest
  }
}
