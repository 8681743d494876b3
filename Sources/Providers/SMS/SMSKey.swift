import NotificationModel

/// What settings hold that becomes part of a path or a header.
enum SMSKey {
  /// Printable ASCII without a space or a comma.
  static func isKey(_ text: String) -> Bool {
    (1...256).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x2C }
  }

  /// Letters, digits, `:`, `-` and `_`.
  static func isPathPart(_ text: String) -> Bool {
    isKey(text)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x3A, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
      }
  }
}
