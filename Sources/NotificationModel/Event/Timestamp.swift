/// A moment as an event has it: RFC 3339, such as `2026-11-24T08:00:00+09:00`, which is what PostgreSQL makes of a
/// timestamptz in JSON. Kept to the millisecond.
public struct Timestamp: Sendable, Hashable, Comparable, Codable, LosslessStringConvertible {
  public var time: UnixTime

  public init(_ time: UnixTime) { self.time = time }

  public init?(_ text: String) {
    var reader = TimestampReader(Array(text.utf8))
    guard let milliseconds = reader.read() else { return nil }
    time = UnixTime(milliseconds: milliseconds)
  }

  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let read = Timestamp(text) else {
      throw RequestProblem(.invalidTime, "", "it is no time such as 2026-11-24T08:00:00+09:00")
    }
    self = read
  }

  public func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    try value.encode(description)
  }

  public static func < (left: Self, right: Self) -> Bool { left.time < right.time }

  /// In UTC, `2026-11-23T23:00:00.000Z`.
  public var description: String {
    let (day, rest) = Self.split(time.milliseconds, by: 86_400_000)
    let (year, month, date) = CivilDay.date(day)
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let millis = String(rest % 1_000)
    let clock = [rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60].map(two).joined(separator: ":")
    let padded = String(repeating: "0", count: max(0, 4 - "\(year)".count)) + "\(year)"
    return "\(padded)-\(two(month))-\(two(date))T\(clock)."
      + String(repeating: "0", count: 3 - millis.count) + millis + "Z"
  }

  private static func split(_ value: Int64, by unit: Int64) -> (Int64, Int64) {
    let rest = (value % unit + unit) % unit
    return ((value - rest) / unit, rest)
  }
}

/// Days since 1970-01-01 and dates of the proleptic Gregorian calendar, as Howard Hinnant's "chrono-Compatible Low-Level
/// Date Algorithms" has them.
enum CivilDay {
  static func number(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  static func date(_ number: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = number + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let part = (5 * dayOfYear + 2) / 153
    let month = part < 10 ? part + 3 : part - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * part + 2) / 5 + 1)
  }

  static func daysIn(_ year: Int64, _ month: Int64) -> Int64 {
    month == 12 ? 31 : number(year, month + 1, 1) - number(year, month, 1)
  }
}
