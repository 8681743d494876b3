import NotificationModel

/// When a vendor is asked what became of a message, and until when.
struct ReceiptSchedule: Sendable, Equatable {
  /// From the vendor's taking it to the first ask.
  var first: Duration = .seconds(60)
  /// From the first ask to the second; each further one waits twice as long, up to `longest`.
  var interval: Duration = .seconds(300)
  var longest: Duration = .seconds(7_200)
  /// From the vendor's taking it; after that nobody is asked any more.
  var until: Duration = .seconds(72 * 3_600)

  /// In milliseconds: the wait after the first ask, after the second, and so on; after all others as after the last one.
  var waits: [Int64] {
    var waits: [Int64] = []
    var next = Self.milliseconds(interval)
    let limit = max(next, Self.milliseconds(longest))
    while next < limit, waits.count < 40 {
      waits.append(next)
      next *= 2
    }
    return waits + [limit]
  }

  /// No word came in time.
  func isOver(acceptedAt: UnixTime, now: UnixTime) -> Bool {
    now.milliseconds - acceptedAt.milliseconds >= Self.milliseconds(until)
  }

  /// Messages that may be in hand at once with so many calls a second, so that all are asked about well before they come
  /// due again.
  func mostInHand(rate: Double) -> Int { min(500, max(1, Int(rate * (interval / .seconds(1)) / 2))) }

  static func milliseconds(_ time: Duration) -> Int64 { Int64(time / .milliseconds(1)) }
}
