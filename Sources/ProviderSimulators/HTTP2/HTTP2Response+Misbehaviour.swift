import Foundation

/// Answers that are too much, point elsewhere, or say otherwise when to come again.
extension HTTP2Response {
  func spoilt(by fault: Misbehaviour?) -> HTTP2Response {
    var spoilt = self
    switch fault {
    case .refuse(_, _, let wait?, true):
      spoilt.headers.removeAll { $0.name == "retry-after" }
      spoilt.headers.append(("retry-after", HTTPTime.text(Date().timeIntervalSince1970 + Double(wait))))
    case .longBody(let bytes): spoilt.body += [UInt8](repeating: 0x20, count: bytes)
    case .packed(let bytes):
      spoilt.headers.removeAll { $0.name == "content-length" }
      spoilt.headers.append(("content-encoding", "gzip"))
      spoilt.body = PackedZeros.gzip(bytes)
    case .redirect(let url): spoilt = HTTP2Response(status: 307, headers: [("location", url)])
    default: break
    }
    return spoilt
  }
}

/// A date as HTTP has it, RFC 9110, section 5.6.7.
enum HTTPTime {
  /// - Parameter seconds: since 1970; a part of one counts as a whole one.
  static func text(_ seconds: Double) -> String {
    let formatter = DateFormatter()
    (formatter.locale, formatter.timeZone) = (Locale(identifier: "en_US_POSIX"), TimeZone(identifier: "UTC"))
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    return formatter.string(from: Date(timeIntervalSince1970: seconds.rounded(.up)))
  }
}

/// A gzip stream of zeros alone, written by hand: thirteen bits for each 258 of them.
enum PackedZeros {
  /// RFC 1951, section 3.2.6: one block with fixed codes, a zero, and then "258 bytes as the last one".
  static func gzip(_ count: Int) -> [UInt8] {
    var bits = Bits(bytes: [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])
    bits.add(0b1, 1)
    bits.add(0b01, 2)
    bits.addCode(0b0011_0000, 8)
    for _ in 0..<max(0, count / 258) {
      bits.addCode(0b1100_0101, 8)
      bits.addCode(0, 5)
    }
    bits.addCode(0, 7)
    // The sum is wrong: who gets as far as that has unpacked all of it.
    return bits.bytes + [UInt8](repeating: 0, count: 8)
  }

  private struct Bits {
    var bytes: [UInt8]
    private var used = 8

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// The lowest first.
    mutating func add(_ value: Int, _ count: Int) {
      for bit in 0..<count {
        if used == 8 {
          bytes.append(0)
          used = 0
        }
        bytes[bytes.count - 1] |= UInt8(value >> bit & 1) << used
        used += 1
      }
    }

    /// Codes go the other way round.
    mutating func addCode(_ code: Int, _ count: Int) {
      for bit in (0..<count).reversed() { add(code >> bit & 1, 1) }
    }
  }
}
