import NotificationModel
import TestSupport

/// Documents as no service would write them, but might.
struct RandomJSON {
  var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  mutating func value(depth: Int = 0) -> JSONValue {
    switch Int.random(in: 0..<(depth < 4 ? 7 : 5), using: &random) {
    case 0: .null
    case 1: .bool(Bool.random(using: &random))
    case 2: .number(String(Int64.random(in: -1_000_000...1_000_000, using: &random)))
    case 3, 4: .text(text())
    case 5: .list((0..<Int.random(in: 0...4, using: &random)).map { _ in value(depth: depth + 1) })
    default:
      .object(
        Dictionary(
          (0..<Int.random(in: 0...4, using: &random)).map { _ in (text(), value(depth: depth + 1)) },
          uniquingKeysWith: { $1 }))
    }
  }

  mutating func text() -> String {
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...8, using: &random) {
      let ranges: [ClosedRange<UInt32>] = [0...0x7F, 0x20...0x7E, 0x80...0x7FF, 0xAC00...0xD7A3, 0x1F600...0x1F64F]
      let range = ranges[Int.random(in: 0..<ranges.count, using: &random)]
      if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) { text.append(scalar) }
    }
    return String(text)
  }

  /// One byte changed, put in or taken out.
  mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
    var changed = bytes
    let signs = Array(#"{}[]",:\u0e-+.tfn 19"#.utf8) + [0x0A, 0x1F, 0x80, 0xC3, 0xFF]
    let sign = signs[Int.random(in: 0..<signs.count, using: &random)]
    let place = Int.random(in: 0..<bytes.count, using: &random)
    switch Int.random(in: 0..<3, using: &random) {
    case 0: changed[place] = sign
    case 1: changed.insert(sign, at: place)
    default: changed.remove(at: place)
    }
    return changed
  }
}
