import Foundation

/// RFC 2047: text beyond ASCII in a header.
enum EncodedWord {
  /// With the space or the field's name before it no line is longer than 76.
  private static let longest = 75
  private static let (start, end) = ("=?UTF-8?B?", "?=")

  /// - Parameter room: characters that the first word may have; the others have 75.
  static func words(_ text: String, room: Int) -> [String] {
    var words: [String] = []
    var part: [UInt8] = []
    var limit = bytes(in: room)
    for piece in pieces(text) {
      if part.count + piece.count > limit {
        if !part.isEmpty { words.append(word(part)) }
        (part, limit) = ([], bytes(in: longest))
      }
      part += piece
    }
    return part.isEmpty ? words : words + [word(part)]
  }

  private static func bytes(in room: Int) -> Int { (min(room, longest) - start.count - end.count) / 4 * 3 }

  private static func word(_ part: [UInt8]) -> String { start + Data(part).base64EncodedString() + end }

  /// What may not be torn apart: what people see as one character, or where that is too long its scalars.
  private static func pieces(_ text: String) -> [[UInt8]] {
    text.flatMap { character in
      let whole = Array(character.utf8)
      return whole.count <= bytes(in: longest) ? [whole] : character.unicodeScalars.map { Array($0.utf8) }
    }
  }
}
