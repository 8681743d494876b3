/// A project's messages per minute: a bucket that is filled each minute, counted from the first message.
struct MessageQuota {
  private let perMinute: Int?
  private var start: Int64?
  private var used = 0
  private static let minute: Int64 = 60_000

  /// - Parameter perMinute: nil for no limit.
  init(perMinute: Int?) { self.perMinute = perMinute }

  /// Takes one; or the seconds until there is one again.
  mutating func take(now: Int64) -> Int? {
    guard let perMinute else { return nil }
    let begun = start ?? now
    let current = begun + (now - begun) / Self.minute * Self.minute
    if current != start { (start, used) = (current, 0) }
    guard used >= perMinute else {
      used += 1
      return nil
    }
    return Int((current + Self.minute - now + 999) / 1_000)
  }
}
