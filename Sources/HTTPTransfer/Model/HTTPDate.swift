import Glibc

/// A moment as HTTP's headers have it (RFC 9110, 5.6.7): as senders are to write it today, and in the two forms that
/// they once did.
enum HTTPDate {
  /// - Parameters:
  ///   - text: as `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`.
  ///   - now: seconds since 1970, by which a year of two digits is told: it is none that is over 50 years away.
  /// - Returns: seconds since 1970; nil for what is no such moment.
  static func parse(_ text: String, now: Int64) -> Int64? {
    let words = text.split { " ,-".contains($0) }
    guard let day = words.first, days.contains(where: { day == $0 || day == $0.prefix(3) }) else { return nil }
    if words.count == 6, words[5] == "GMT" {
      guard words[3].count == 2 else { return time(words[3], words[2], words[1], words[4]) }
      return recent(words[2], words[1], words[3], words[4], now)
    }
    guard words.count == 5 else { return nil }
    return time(words[4], words[1], words[2], words[3])
  }

  private static let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// The last such year that is not over 50 years ahead.
  private static func recent(
    _ month: Substring, _ date: Substring, _ year: Substring, _ clock: Substring, _ now: Int64
  ) -> Int64? {
    guard number(year, 0...99) != nil else { return nil }
    let limit = now + 50 * 31_556_952
    return ["20", "19"].lazy.compactMap { time("\($0)\(year)", month, date, clock) }.first { $0 <= limit }
  }

  private static func time(
    _ year: Substring, _ month: Substring, _ date: Substring, _ clock: Substring
  ) -> Int64? {
    let parts = clock.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, year.count == 4, let year = number(year, 1_900...9_999),
      let month = months.firstIndex(of: String(month)), let date = number(date, 1...31),
      let hour = number(parts[0], 0...23), let minute = number(parts[1], 0...59), let second = number(parts[2], 0...60)
    else { return nil }
    var fields = unsafe tm()
    unsafe (fields.tm_year, fields.tm_mon, fields.tm_mday) = (year - 1_900, Int32(month), date)
    unsafe (fields.tm_hour, fields.tm_min, fields.tm_sec) = (hour, minute, min(second, 59))
    let seconds = unsafe timegm(&fields)
    // It takes the 30th of February for the 2nd of March.
    return unsafe fields.tm_mday == date ? Int64(seconds) : nil
  }

  /// Digits alone.
  private static func number(_ text: Substring, _ range: ClosedRange<Int32>) -> Int32? {
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int32(text) else { return nil }
    return range.contains(value) ? value : nil
  }
}

extension HTTPResponse {
  /// How long the server asks to wait, by its header `retry-after`, and `most` at most; nil where it does not ask.
  public func retryAfter(most: Duration) -> Duration? {
    guard let text = headers["retry-after"], !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    // More digits than a number has are a long time.
    return Int64(text).map { min(.seconds($0), most) } ?? most
  }
}

enum RetryAfter {
  /// The header's value in seconds, where it is a date: of one that is over, 0. What is neither stays as it is.
  static func inSeconds(_ value: String, now: Int64) -> String {
    HTTPDate.parse(value, now: now).map { String(max(0, $0 - now)) } ?? value
  }
}
