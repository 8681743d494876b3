import Foundation
import NotificationModel

/// What a clock on the wall shows, by the calendar. Night is from 21 to 8 o'clock.
struct PlainClock {
  private let calendar: Calendar

  private static let seoul = calendar("Asia/Seoul")
  private static let newYork = calendar("America/New_York")

  private static func calendar(_ zone: String) -> Calendar {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(identifier: zone)!
    return calendar
  }

  /// That by which a random person's night goes: an American's own, all others' Seoul's.
  init(_ user: AudienceUser) {
    let isAmerican = user.timeZone != "Asia/Seoul" && user.locale == "en-US"
    calendar = isAmerican && user.timeZone == "America/New_York" ? Self.newYork : Self.seoul
  }

  private func date(_ time: UnixTime) -> Date { Date(timeIntervalSince1970: Double(time.milliseconds) / 1_000) }

  func isNight(_ time: UnixTime) -> Bool { !(8..<21).contains(calendar.component(.hour, from: date(time))) }

  func isNightUntil(_ end: UnixTime, from now: UnixTime) -> Bool { end <= next(8, after: now) }

  /// When it is this full hour next.
  func next(_ hour: Int, after now: UnixTime) -> UnixTime {
    let found = calendar.nextDate(
      after: date(now), matching: DateComponents(hour: hour, minute: 0, second: 0), matchingPolicy: .nextTime)!
    return UnixTime(milliseconds: Int64((found.timeIntervalSince1970 * 1_000).rounded()))
  }
}
