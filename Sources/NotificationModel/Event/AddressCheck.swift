/// What is surely no address. It is stricter than the standards where they allow what no mailbox has: a line break or a
/// space in an address would let an event write a mail's header.
public enum AddressCheck {
  public static func check(_ address: DeliveryAddress, _ member: String) throws(RequestProblem) {
    switch address {
    case .email(let text):
      guard isEmail(text) else {
        throw RequestProblem(.invalidAddress, "\(member).email", "is no e-mail address")
      }
    case .phone(let text):
      guard isPhone(text) else {
        throw RequestProblem(.invalidAddress, "\(member).phone", "is no number in E.164, such as +821012345678")
      }
    case .device(let device):
      guard isToken(device.token), isToken(device.appID) else {
        throw RequestProblem(.invalidAddress, "\(member).device", "has a token or an app id that no device has")
      }
    }
  }

  /// One `@` between a local part of up to 64 bytes and a domain of labels with a dot; printable ASCII, but for letters
  /// beyond it, and none of the characters that need quoting.
  public static func isEmail(_ text: String) -> Bool {
    let sides = text.split(separator: "@", omittingEmptySubsequences: false)
    guard text.utf8.count <= 254, sides.count == 2, (1...64).contains(sides[0].utf8.count),
      !sides[0].hasPrefix("."), !sides[0].hasSuffix("."), !sides[0].contains(".."),
      sides[0].unicodeScalars.allSatisfy({ $0.isASCII ? isLocal(UInt8($0.value)) : isLetterBeyondASCII($0) })
    else { return false }
    let labels = sides[1].split(separator: ".", omittingEmptySubsequences: false)
    return labels.count >= 2 && labels.allSatisfy(isLabel)
  }

  /// E.164: a plus and 7 to 15 digits, the first not 0.
  public static func isPhone(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return (8...16).contains(bytes.count) && bytes[0] == UInt8(ascii: "+") && bytes[1] != UInt8(ascii: "0")
      && bytes[1...].allSatisfy { (0x30...0x39).contains($0) }
  }

  static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }

  private static func isLabel(_ label: Substring) -> Bool {
    (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
      && label.unicodeScalars.allSatisfy {
        $0.isASCII ? isLetterOrDigit(UInt8($0.value)) || $0 == "-" : isLetterBeyondASCII($0)
      }
  }

  /// And no space, sign or invisible mark, by which one address could look like another.
  private static func isLetterBeyondASCII(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
      .spacingMark, .decimalNumber:
      true
    default: false
    }
  }

  /// RFC 5322's atext, and the dot.
  private static func isLocal(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || ".!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
  }

  private static func isToken(_ text: String) -> Bool {
    (1...4_096).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }
}
