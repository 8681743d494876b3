import Runtime

/// When libcurl looks at its sockets again. Whatever comes on a connection, it goes through all of the connection's
/// transfers, a microsecond or two for each: with a thousand in flight that were most of a request's price. So what comes
/// is gathered for a while that grows with them.
struct LookPace {
  /// Monotonic nanoseconds.
  private var lookedAt: Int64 = 0

  mutating func note(_ now: Int64) { lookedAt = now }

  /// Until when nobody need look.
  func restsUntil(inFlight: Int) -> Int64 {
    lookedAt + GatheringRest.nanoseconds(awaited: inFlight)
  }
}
