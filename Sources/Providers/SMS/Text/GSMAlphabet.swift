/// GSM 03.38's 7-bit alphabet, with which a message holds more.
enum GSMAlphabet {
  private static let basic = Set(
    ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
      + "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà").unicodeScalars)
  /// Behind an escape each.
  private static let extended = Set("^{}\\[~]|€\u{0C}".unicodeScalars)

  /// - Returns: 1 or 2; nil where it is in neither.
  static func septets(of scalar: Unicode.Scalar) -> Int? {
    if basic.contains(scalar) { return 1 }
    return extended.contains(scalar) ? 2 : nil
  }
}
