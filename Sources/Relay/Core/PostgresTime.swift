/// PostgreSQL's timestamps: microseconds since 2000-01-01 00:00 UTC.
enum PostgresTime {
  /// Seconds from the Unix epoch to PostgreSQL's.
  static let epochOffset: Int64 = 946_684_800

  static func now(unixMicroseconds: Int64) -> Int64 { unixMicroseconds - epochOffset * 1_000_000 }

  /// RFC 3339 in UTC with microseconds, as `2026-11-24T02:50:04.123456Z`: 27 bytes.
  static func format(_ microseconds: Int64) -> [UInt8] {
    let day = floorDivide(microseconds, 86_400_000_000)
    let rest = microseconds - day * 86_400_000_000
    let (year, month, dayOfMonth) = civil(day: day + epochOffset / 86_400)
    var out: [UInt8] = []
    out.reserveCapacity(27)
    append(year, width: 4, to: &out)
    append(month, width: 2, after: "-", to: &out)
    append(dayOfMonth, width: 2, after: "-", to: &out)
    append(rest / 3_600_000_000, width: 2, after: "T", to: &out)
    append(rest / 60_000_000 % 60, width: 2, after: ":", to: &out)
    append(rest / 1_000_000 % 60, width: 2, after: ":", to: &out)
    append(rest % 1_000_000, width: 6, after: ".", to: &out)
    out.append(UInt8(ascii: "Z"))
    return out
  }

  /// Reads PostgreSQL's own text of a timestamptz in the ISO style, as `2026-11-24 02:50:04.123456+00`.
  /// Nil for anything else, infinity and years past 9999 included: the caller goes without.
  static func parse(_ text: RawSpan) -> Int64? {
    guard text.byteCount >= 19, let year = number(text, 0..<4), let month = number(text, 5..<7),
      let day = number(text, 8..<10), let hour = number(text, 11..<13), let minute = number(text, 14..<16),
      let second = number(text, 17..<19), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    var index = 19
    let fraction = fractionMicroseconds(text, &index)
    guard let offset = zoneSeconds(text, index) else { return nil }
    let days = dayNumber(year: year, month: month, day: day) - epochOffset / 86_400
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
    return seconds * 1_000_000 + fraction
  }

  private static func append(_ value: Int64, width: Int, after mark: Unicode.Scalar? = nil, to out: inout [UInt8]) {
    if let mark { out.append(UInt8(ascii: mark)) }
    var divisor: Int64 = 1
    for _ in 1..<width { divisor *= 10 }
    while divisor > 0 {
      out.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
      divisor /= 10
    }
  }

  private static func number(_ text: RawSpan, _ range: Range<Int>) -> Int64? {
    guard range.upperBound <= text.byteCount else { return nil }
    var value: Int64 = 0
    for index in range {
      let digit = text.byte(index) &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      value = value * 10 + Int64(digit)
    }
    return value
  }

  private static func fractionMicroseconds(_ text: RawSpan, _ index: inout Int) -> Int64 {
    guard index < text.byteCount, text.byte(index) == UInt8(ascii: ".") else { return 0 }
    index += 1
    var value: Int64 = 0
    var scale: Int64 = 100_000
    while index < text.byteCount, let digit = number(text, index..<index + 1) {
      value += digit * scale
      scale /= 10
      index += 1
    }
    return value
  }

  /// `+09`, `-03:30`, `+05:53:28`; nothing is UTC.
  private static func zoneSeconds(_ text: RawSpan, _ start: Int) -> Int64? {
    guard start < text.byteCount else { return 0 }
    let isWest = text.byte(start) == UInt8(ascii: "-")
    guard isWest || text.byte(start) == UInt8(ascii: "+") else { return nil }
    var seconds: Int64 = 0
    var unit: Int64 = 3_600
    var index = start + 1
    while index + 2 <= text.byteCount, unit > 0 {
      guard let part = number(text, index..<index + 2) else { return nil }
      seconds += part * unit
      unit /= 60
      index += 3
    }
    return isWest ? -seconds : seconds
  }

  private static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 { a >= 0 ? a / b : -((-a + b - 1) / b) }

  /// Days since 1970-01-01 of a date of the proleptic Gregorian calendar, counted in 400-year eras of 146,097 days.
  private static func dayNumber(year: Int64, month: Int64, day: Int64) -> Int64 {
    let y = month <= 2 ? year - 1 : year
    let era = floorDivide(y, 400)
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(day: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = day + 719_468
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }
}
