import NotificationModel

/// What settings hold that becomes part of a path or a header.
enum SMSKey {
  static func isKey(_ text: String) -> Bool {
    (1...256).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x2C }
  }

  static func isPathPart(_ text: String) -> Bool {
    isKey(text)
      && text.utf8.allSatisfy {
        (0x30...0x3A).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D || $0 == 0x5F
      }
  }
}
