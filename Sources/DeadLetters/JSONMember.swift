/// Finds a member of a JSON object in its bytes, so that one can be changed and all others stay byte for byte.
struct JSONMember: Equatable {
  /// The name with its quotation marks, up to the end of the value.
  var whole: Range<Int>
  var value: Range<Int>

  /// The last member of the outermost object that has the name, which is what readers take.
  /// - Parameter bytes: JSON that was read before without a fault.
  static func find(_ name: String, in bytes: [UInt8]) -> JSONMember? {
    var walk = Walk(bytes: bytes)
    let wanted = Array("\"\(name)\"".utf8)
    var found: JSONMember?
    guard walk.take(UInt8(ascii: "{")) else { return nil }
    while walk.at < bytes.count, walk.peek == UInt8(ascii: "\"") {
      let start = walk.at
      walk.skipText()
      let isIt = bytes[start..<walk.at].elementsEqual(wanted)
      guard walk.take(UInt8(ascii: ":")) else { break }
      let from = walk.at
      walk.skipValue()
      if isIt { found = JSONMember(whole: start..<walk.at, value: from..<walk.at) }
      guard walk.take(UInt8(ascii: ",")) else { break }
    }
    return found
  }

  /// The object with another value.
  func replaced(by text: String, in bytes: [UInt8]) -> [UInt8] {
    Array(bytes[..<value.lowerBound]) + text.utf8 + bytes[value.upperBound...]
  }

  /// The object without it, and without the comma that it leaves.
  func removed(from bytes: [UInt8]) -> [UInt8] {
    var range = whole
    if let comma = Self.comma(bytes, from: range.upperBound, by: 1) {
      range = range.lowerBound..<comma + 1
    } else if let comma = Self.comma(bytes, from: range.lowerBound - 1, by: -1) {
      range = comma..<range.upperBound
    }
    return Array(bytes[..<range.lowerBound] + bytes[range.upperBound...])
  }

  private static func comma(_ bytes: [UInt8], from start: Int, by step: Int) -> Int? {
    var at = start
    while bytes.indices.contains(at), [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += step }
    return bytes.indices.contains(at) && bytes[at] == UInt8(ascii: ",") ? at : nil
  }

  private struct Walk {
    let bytes: [UInt8]
    var at = 0

    var peek: UInt8 { bytes[at] }

    mutating func skipSpace() { while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 } }

    /// With the space before and behind.
    mutating func take(_ byte: UInt8) -> Bool {
      skipSpace()
      guard at < bytes.count, bytes[at] == byte else { return false }
      at += 1
      skipSpace()
      return true
    }

    mutating func skipText() {
      at += 1
      while at < bytes.count, bytes[at] != UInt8(ascii: "\"") { at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1 }
      at = min(at + 1, bytes.count)
    }

    /// Up to its last byte, without the space behind.
    mutating func skipValue() {
      var depth = 0
      while at < bytes.count {
        switch bytes[at] {
        case UInt8(ascii: "\""):
          skipText()
          if depth == 0 { return }
          continue
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          if depth == 0 { return }
          depth -= 1
          if depth == 0 {
            at += 1
            return
          }
        case UInt8(ascii: ","), 0x20, 0x09, 0x0A, 0x0D: if depth == 0 { return }
        default: break
        }
        at += 1
      }
    }
  }
}
