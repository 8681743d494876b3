import Foundation

/// How long a text is for Korea's SMS, which counts bytes of EUC-KR with all syllables of Hangul (CP949).
enum KoreanBytes {
  /// Nil where a character cannot be sent at all.
  static func count(_ text: String) -> Int? {
    var count = 0
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case ..<0x80: count += 1
      case 0xAC00...0xD7A3: count += 2
      default: return encodedCount(text)
      }
    }
    return count
  }

  /// By the C library's tables.
  private static func encodedCount(_ text: String) -> Int? {
    guard let converter = unsafe iconv_open("CP949", "UTF-8"), Int(bitPattern: converter) != -1 else {
      return nil
    }
    defer { unsafe iconv_close(converter) }
    var input = Array(text.utf8).map { CChar(bitPattern: $0) }
    // No character takes more bytes than in UTF-8.
    var output = [CChar](repeating: 0, count: input.count)
    return unsafe input.withUnsafeMutableBufferPointer { from in
      unsafe output.withUnsafeMutableBufferPointer { to in
        var (source, target) = (from.baseAddress, to.baseAddress)
        var (left, room) = (from.count, to.count)
        // It stops at what it cannot encode, so that something is left.
        _ = unsafe iconv(converter, &source, &left, &target, &room)
        return left > 0 ? nil : to.count - room
      }
    }
  }
}
