import Testing

@testable import PGOutput

/// Whatever comes in, the decoder answers with a message whose ranges lie inside the input, or with an error.
@Suite("Fuzz")
struct FuzzTests {
  private static func survives(_ bytes: [UInt8]) -> Bool {
    _ = try? StreamFrame.parse(bytes.span.bytes)
    guard let decoded = try? Decoded(bytes) else { return true }
    if case .logical(let message) = decoded.message, !lies(message.content, in: bytes) { return false }
    return (0..<decoded.tuple.count).allSatisfy { lies(decoded.tuple[$0].range, in: bytes) }
  }

  private static func lies(_ range: Range<Int>, in bytes: [UInt8]) -> Bool {
    range.lowerBound >= 0 && range.upperBound <= bytes.count
  }

  @Test("random bytes never trap", arguments: [1, 2, 3] as [UInt64])
  func random(seed: UInt64) {
    var random = SeededBytes(seed: seed)
    let kinds = Array("BCORYIUDTMwk".utf8)
    for _ in 0..<5_000 {
      var bytes = random.bytes(Int.random(in: 0...96, using: &random))
      if !bytes.isEmpty, let kind = kinds.randomElement(using: &random) { bytes[0] = kind }
      guard Self.survives(bytes) else { return #expect(Bool(false), "a range outside of \(bytes)") }
    }
  }

  @Test("mutated messages never trap", arguments: [4, 5, 6] as [UInt64])
  func mutated(seed: UInt64) {
    var random = SeededBytes(seed: seed)
    for _ in 0..<1_000 {
      for message in Fixtures.messages {
        let bytes = Self.mutate(message, &random)
        guard Self.survives(bytes) else { return #expect(Bool(false), "a range outside of \(bytes)") }
      }
    }
  }

  /// One to four of: another byte, a byte gone, a byte more, a run of 0xFF (lengths and counts at their limits).
  private static func mutate(_ message: [UInt8], _ random: inout SeededBytes) -> [UInt8] {
    var bytes = message
    for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
      default: for index in place..<min(place + 4, bytes.count) { bytes[index] = 0xFF }
      }
    }
    return bytes
  }

  @Test("random rows come back as they were written", arguments: [7, 8] as [UInt64])
  func roundTrip(seed: UInt64) throws {
    var random = SeededBytes(seed: seed)
    for _ in 0..<500 {
      let values = (0..<Int.random(in: 0...20, using: &random)).map { _ in
        random.bytes(Int.random(in: 0...200, using: &random))
      }
      let decoded = try Decoded(MessageEncoder.insert(1, values.map { .binary($0) }))
      #expect(decoded.values == values)
    }
  }
}
