import NotificationModel
import TestSupport
import Testing

@testable import Policy

/// Hours through a year of any clock.
@Suite struct QuietHoursTests {
  /// Some change their clocks by an hour at 2 o'clock, some at midnight, one by half an hour.
  @Test(
    arguments: [
      "Asia/Seoul", "America/New_York", "America/St_Johns", "Europe/London", "Africa/Cairo", "America/Santiago",
      "Australia/Lord_Howe", "Pacific/Chatham", "Asia/Beirut",
    ])
  func `hours end after now and at a moment that is not within them`(zone: String) {
    let year = time("2026-01-01T00:00:00Z").milliseconds
    for seed in UInt64(0)..<200 {
      var random = SeededGenerator(seed: seed)
      let from = Int.random(in: 0..<1_440, using: &random)
      // Open for two hours at least, as no clock is changed by more.
      let until = (from + Int.random(in: 1...1_320, using: &random)) % 1_440
      let hours = QuietHours(country: "XX", timeZone: zone, from: from, until: until)
      // On every day, so that each change of the clock is met.
      for day in 0..<Int64(365) where day % 8 == Int64(seed % 8) {
        let minute = Int64.random(in: 0..<1_440, using: &random)
        let now = UnixTime(milliseconds: year + (day * 1_440 + minute) * 60_000)
        guard case .quiet(let end) = hours.phase(at: now, personal: nil) else { continue }
        let comment: Comment = "seed \(seed), \(Timestamp(now)), \(from) to \(until), ends \(Timestamp(end))"
        #expect(now < end && end.milliseconds <= now.milliseconds + 23 * 3_600_000, comment)
        if case .quiet = hours.phase(at: end, personal: nil) { Issue.record(comment) }
      }
    }
  }

  @Test func `hours without length are never quiet`() {
    let hours = QuietHours(country: "XX", timeZone: "Asia/Seoul", from: 480, until: 480)
    let eight = time("2026-11-25T08:00:00+09:00")
    #expect(hours.phase(at: eight, personal: nil) == .open(until: time("2026-11-26T08:00:00+09:00")))
    #expect(hours.phase(at: time("2026-11-25T07:00:00+09:00"), personal: nil) == .open(until: eight))
  }
}
