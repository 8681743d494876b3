public import NotificationModel

/// The UTC day of an event's time, by which the log is partitioned.
public struct EventDay: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Since 1970-01-01.
  public let number: Int64

  public init(of time: UnixTime) {
    let day: Int64 = 86_400_000
    number = time.milliseconds / day - (time.milliseconds % day < 0 ? 1 : 0)
  }

  public static func < (left: Self, right: Self) -> Bool { left.number < right.number }

  /// As `2026-11-29`, by the civil calendar.
  public var description: String {
    // Years begin in March, so that the leap day is their last.
    let shifted = number + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
    return "\(Self.padded(year, 4))-\(Self.padded(month < 10 ? month + 3 : month - 9, 2))-\(Self.padded(day, 2))"
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
