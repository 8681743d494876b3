import Worker

/// Numbers as they are dialled in Korea.
enum KoreanNumber {
  /// `+821012345678` becomes `01012345678`.
  /// - Throws: `NUMBER_NOT_SERVED` for another country's.
  static func domestic(_ number: String) throws(SendFailure) -> String {
    let national = number.dropFirst(3)
    guard number.hasPrefix("+82"), (8...10).contains(national.utf8.count), national.first != "0" else {
      throw SendFailure(.permanent, code: "NUMBER_NOT_SERVED")
    }
    return "0" + national
  }

  /// Whether it may be a sender: `02…`, `010…`, or a nationwide one of eight digits, as `15880000`; digits alone.
  static func isSender(_ number: String) -> Bool {
    guard number.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
    if number.hasPrefix("0") { return (9...12).contains(number.utf8.count) }
    return number.hasPrefix("1") && number.utf8.count == 8
  }
}
