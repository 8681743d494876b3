/// Reads RFC 3339: date, `T` or a space, time with or without a fraction, and `Z` or an offset with or without minutes.
struct TimestampReader {
  private let bytes: [UInt8]
  private var at = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Milliseconds since 1970 UTC; nil where it is none or no moment that there was.
  mutating func read() -> Int64? {
    guard let day = date(), take("T") || take("t") || take(" "), let clock = clock(), let offset = offset(),
      at == bytes.count
    else { return nil }
    return day * 86_400_000 + clock - offset * 60_000
  }

  private mutating func date() -> Int64? {
    guard let year = number(digits: 4), take("-"), let month = number(digits: 2), take("-"),
      let day = number(digits: 2), (1...12).contains(month), day >= 1, day <= CivilDay.daysIn(year, month)
    else { return nil }
    return CivilDay.number(year, month, day)
  }

  /// Milliseconds of the day. A leap second counts as the second before it.
  private mutating func clock() -> Int64? {
    guard let hour = number(digits: 2), take(":"), let minute = number(digits: 2), take(":"),
      let second = number(digits: 2), hour < 24, minute < 60, second <= 60
    else { return nil }
    guard let fraction = fraction() else { return nil }
    return ((hour * 60 + minute) * 60 + min(second, 59)) * 1_000 + fraction
  }

  private mutating func fraction() -> Int64? {
    guard take(".") else { return 0 }
    let start = at
    var milliseconds: Int64 = 0
    while let digit = digit() {
      if at - start <= 3 { milliseconds = milliseconds * 10 + digit }
    }
    guard at > start else { return nil }
    for _ in min(at - start, 3)..<3 { milliseconds *= 10 }
    return milliseconds
  }

  /// Minutes east of UTC.
  private mutating func offset() -> Int64? {
    if take("Z") || take("z") { return 0 }
    let isEast = take("+")
    guard isEast || take("-"), let hours = number(digits: 2), hours < 24 else { return nil }
    var minutes: Int64 = 0
    if at < bytes.count {
      _ = take(":")
      guard let given = number(digits: 2), given < 60 else { return nil }
      minutes = given
    }
    return (isEast ? 1 : -1) * (hours * 60 + minutes)
  }

  private mutating func number(digits count: Int) -> Int64? {
    var number: Int64 = 0
    for _ in 0..<count {
      guard let next = digit() else { return nil }
      number = number * 10 + next
    }
    return number
  }

  private mutating func digit() -> Int64? {
    guard at < bytes.count, (0x30...0x39).contains(bytes[at]) else { return nil }
    defer { at += 1 }
    return Int64(bytes[at] - 0x30)
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard at < bytes.count, bytes[at] == UInt8(character.value) else { return false }
    at += 1
    return true
  }
}
