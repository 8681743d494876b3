/// What must not reach libcurl, which up to 8.22 passes line breaks in addresses on: a recipient could smuggle commands.
extension SMTPMail {
  /// Nil where it may be sent.
  var fault: SMTPFailure? {
    guard Self.isAddress(from) else { return SMTPFailure(.invalidMail, "the sender's address is none") }
    guard Self.isAddress(to) else { return SMTPFailure(.invalidMail, "the recipient's address is none") }
    guard Self.isText(bytes) else {
      return SMTPFailure(.invalidMail, "the mail has a line that does not end with CRLF, or a NUL")
    }
    return nil
  }

  /// Printable ASCII without spaces and angle brackets, at most 254 bytes (RFC 5321 counts the brackets, too), and
  /// something on either side of the last `@`.
  static func isAddress(_ address: String) -> Bool {
    guard address.utf8.count <= 254 else { return false }
    guard address.holdsOnly({ (0x21...0x7E).contains($0) && $0 != 0x3C && $0 != 0x3E }) else { return false }
    guard let at = address.utf8.lastIndex(of: UInt8(ascii: "@")) else { return false }
    return at != address.utf8.startIndex && address.utf8.index(after: at) != address.utf8.endIndex
  }

  /// A lone CR or LF is a line's end to some servers and not to others: one mail could be two.
  static func isText(_ bytes: [UInt8]) -> Bool {
    var last: UInt8 = 0
    for byte in bytes {
      if byte == 0 || (byte == 0x0A) != (last == 0x0D) { return false }
      last = byte
    }
    return last == 0x0A
  }
}
