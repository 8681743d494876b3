import Foundation
import NotificationModel
import TestSupport
import Testing

@Suite("Times in events") struct TimestampTests {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2026-11-24T08:00:00+09:00", 1_795_474_800_000),
      // As PostgreSQL makes JSON of a timestamptz.
      ("2026-11-24T08:00:00.123456+09:00", 1_795_474_800_123), ("2026-11-23T23:00:00.5+00:00", 1_795_474_800_500),
      // And as it prints one.
      ("2026-11-24 08:00:00+09", 1_795_474_800_000), ("2026-11-24 04:30:00.000001+05:30", 1_795_474_800_000),
      ("2026-11-23t23:00:00z", 1_795_474_800_000), ("2026-11-23T18:00:00-0500", 1_795_474_800_000),
      ("2024-02-29T00:00:00Z", 1_709_164_800_000), ("2000-02-29T00:00:00Z", 951_782_400_000),
      ("2016-12-31T23:59:60Z", 1_483_228_799_000), ("0001-01-01T00:00:00Z", -62_135_596_800_000),
    ])
  func `a time with an offset is a moment`(text: String, milliseconds: Int64) {
    #expect(Timestamp(text)?.time.milliseconds == milliseconds)
  }

  @Test(
    arguments: [
      "", "2026-11-24", "2026-11-24T08:00:00", "2026-11-24T08:00Z", "2026-11-24T08:00:00.Z", "2026-11-24T24:00:00Z",
      "2026-11-24T08:60:00Z", "2026-11-24T08:00:61Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
      "2026-11-31T00:00:00Z", "2025-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-11-00T00:00:00Z",
      "2026-11-24T08:00:00+24:00", "2026-11-24T08:00:00+09:60", "2026-11-24T08:00:00+9", "2026-11-24T08:00:00Z ",
      " 2026-11-24T08:00:00Z", "2026-11-24T08:00:00 Z", "26-11-24T08:00:00Z", "infinity", "-infinity", "1795474800000",
      "2026-11-24T08:00:00,5Z", "２026-11-24T08:00:00Z", "2026/11/24T08:00:00Z",
    ])
  func `anything else is none`(text: String) { #expect(Timestamp(text) == nil) }

  @Test func `what it prints it reads, and Foundation reads the same`() throws {
    var random = SeededGenerator(seed: 6)
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    for _ in 0..<2_000 {
      // From 1583 on, before which Foundation counts by the Julian calendar, to the end of 9999.
      let time = UnixTime(milliseconds: .random(in: -12_212_553_600_000...253_402_300_799_999, using: &random))
      let text = Timestamp(time).description
      #expect(Timestamp(text)?.time == time, "\(text)")
      let date = try style.parse(text)
      #expect(Int64((date.timeIntervalSince1970 * 1_000).rounded()) == time.milliseconds, "\(text)")
    }
  }
}
