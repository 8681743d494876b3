import NotificationModel
import Worker

/// An address that may stand in a header and in SMTP's commands as it is: printable ASCII, with nothing to quote.
struct MailAddress: Equatable {
  let text: String
  var domain: Substring { text[text.index(after: text.lastIndex(of: "@") ?? text.startIndex)...] }

  /// - Throws: `permanent`: `INVALID_ADDRESS`; `ADDRESS_NEEDS_SMTPUTF8` for letters beyond ASCII before the `@`, which few
  ///   servers take; `ADDRESS_NEEDS_PUNYCODE` for those behind it, which have a form in ASCII (`xn--…`).
  init(_ text: String) throws(SendFailure) {
    guard AddressCheck.isEmail(text), let at = text.utf8.lastIndex(of: UInt8(ascii: "@")) else {
      throw SendFailure(.permanent, code: "INVALID_ADDRESS")
    }
    guard text[..<at].utf8.allSatisfy(Self.isPrintable) else {
      throw SendFailure(.permanent, code: "ADDRESS_NEEDS_SMTPUTF8")
    }
    guard text[at...].utf8.allSatisfy(Self.isPrintable) else {
      throw SendFailure(.permanent, code: "ADDRESS_NEEDS_PUNYCODE")
    }
    // No top-level domain is a number, but an IP address ends like one, and some servers would send to it.
    guard text.utf8.suffix(while: { $0 != UInt8(ascii: ".") }).contains(where: { !(0x30...0x39).contains($0) }) else {
      throw SendFailure(.permanent, code: "INVALID_ADDRESS")
    }
    self.text = text
  }

  private static func isPrintable(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) }
}

extension BidirectionalCollection {
  fileprivate func suffix(while matches: (Element) -> Bool) -> SubSequence {
    var start = endIndex
    while start > startIndex, matches(self[index(before: start)]) { start = index(before: start) }
    return self[start...]
  }
}
