import Glibc

/// A text as Korean carriers write it, in CP949, by iconv.
enum CarrierText {
  /// nil where one of its characters is not carried, as emoji.
  static func bytes(_ text: String) -> [UInt8]? {
    guard let handle = unsafe iconv_open("UHC", "UTF-8"), unsafe handle != iconv_t(bitPattern: -1) else { return nil }
    defer { unsafe iconv_close(handle) }
    var input = Array(text.utf8)
    var output = [UInt8](repeating: 0, count: input.count * 2 + 8)
    let written = unsafe input.withUnsafeMutableBytes { input in
      unsafe output.withUnsafeMutableBytes { output -> Int? in
        var from = unsafe input.baseAddress?.assumingMemoryBound(to: CChar.self)
        var to = unsafe output.baseAddress?.assumingMemoryBound(to: CChar.self)
        var (fromLeft, toLeft) = (input.count, output.count)
        guard unsafe iconv(handle, &from, &fromLeft, &to, &toLeft) == 0 else { return nil }
        return output.count - toLeft
      }
    }
    return written.map { Array(output.prefix($0)) }
  }

  /// As much of it as has room: no character is cut in two.
  static func cut(_ text: String, to limit: Int) -> String {
    var (kept, used) = ("", 0)
    for character in text {
      used += bytes(String(character))?.count ?? 2
      guard used <= limit else { break }
      kept.append(character)
    }
    return kept
  }

  static let (shortBytes, longBytes, titleBytes) = (90, 2_000, 40)

  /// Digits alone, as dialled in Korea.
  static func isNumber(_ number: String) -> Bool {
    number.hasPrefix("0") && (9...11).contains(number.utf8.count)
      && number.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }
}
