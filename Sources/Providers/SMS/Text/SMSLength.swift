public import Worker

/// How long a text is to those who carry it.
public enum SMSLength {
  /// Bytes of a short message in Korea, and of a long one (LMS).
  public static let shortBytes = 90
  public static let longBytes = 2_000
  /// Characters that Twilio takes, in UTF-16.
  public static let twilioCharacters = 1_600

  public struct Korean: Sendable, Equatable {
    public var bytes: Int
    public var isLong: Bool { bytes > SMSLength.shortBytes }
  }

  public struct Segments: Sendable, Equatable {
    public var isUCS2: Bool
    public var count: Int
  }

  /// - Throws: `TEXT_TOO_LONG`, or `TEXT_NOT_CARRIED` where the code page lacks a character.
  public static func korean(_ text: String, _ page: KoreanCodePage) throws(SendFailure) -> Korean {
    guard let bytes = page.bytes(of: text) else { throw SendFailure(.permanent, code: "TEXT_NOT_CARRIED") }
    guard bytes <= longBytes else { throw SendFailure(.permanent, code: "TEXT_TOO_LONG") }
    return Korean(bytes: bytes)
  }

  /// The parts that a text goes out in: one of 160 characters of GSM-7 or 70 of UCS-2, or several of 153 or 67, as each
  /// then says which it is.
  /// - Throws: `TEXT_TOO_LONG`.
  public static func segments(_ text: String) throws(SendFailure) -> Segments {
    guard text.utf16.count <= twilioCharacters else { throw SendFailure(.permanent, code: "TEXT_TOO_LONG") }
    let septets = text.unicodeScalars.map(GSMAlphabet.septets)
    if septets.allSatisfy({ $0 != nil }) {
      return Segments(isUCS2: false, count: count(septets.compactMap { $0 }, alone: 160, joined: 153))
    }
    let units = text.unicodeScalars.map { $0.value > 0xFFFF ? 2 : 1 }
    return Segments(isUCS2: true, count: count(units, alone: 70, joined: 67))
  }

  /// A character of two units is never cut in two.
  private static func count(_ units: [Int], alone: Int, joined: Int) -> Int {
    if units.reduce(0, +) <= alone { return 1 }
    var (count, used) = (1, 0)
    for unit in units {
      if used + unit > joined { (count, used) = (count + 1, 0) }
      used += unit
    }
    return count
  }
}
