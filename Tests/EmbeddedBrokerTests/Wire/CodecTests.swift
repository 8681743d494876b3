import TestSupport
import Testing

@testable import EmbeddedBroker

@Suite struct CodecTests {
  @Test func `every version of every message is read and written as Kafka writes it`() throws {
    for fixture in MessageFixture.all {
      #expect(try fixture.passThrough(fixture.bytes) == fixture.bytes, "\(fixture.testDescription)")
    }
  }

  @Test(arguments: APIKey.allCases)
  func `every version that is offered has its message`(key: APIKey) {
    for isRequest in [true, false] {
      let known = MessageFixture.all.filter { $0.key == key && $0.isRequest == isRequest }.map(\.version)
      // Kafka itself offers the first three of Produce and no longer writes them.
      let offered = key.api.versions.filter { key != .produce || $0 >= 3 }
      #expect(known == Array(offered))
    }
  }

  @Test func `a message cut off at any byte is an error`() {
    for fixture in MessageFixture.all {
      for length in 0..<fixture.bytes.count {
        #expect(throws: WireError.self, "\(fixture.testDescription) cut at \(length)") {
          try fixture.passThrough(Array(fixture.bytes.prefix(length)))
        }
      }
    }
  }

  @Test func `a byte after a message is an error`() {
    for fixture in MessageFixture.all {
      #expect(throws: WireError(code: .trailingBytes, offset: fixture.bytes.count)) {
        try fixture.passThrough(fixture.bytes + [0])
      }
    }
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `mutated messages never trap, and what is read can be written`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for fixture in MessageFixture.all {
      for _ in 0..<200 {
        let mutant = Self.mutate(fixture.bytes, &random)
        do {
          let written = try fixture.passThrough(mutant)
          #expect(try fixture.passThrough(written) == written)
        } catch {
          #expect(error is WireError)
        }
      }
    }
  }

  /// One to four of: another byte, a byte gone, a byte more, a run of one value (lengths and counts at their limits).
  private static func mutate(_ message: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var bytes = message
    for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
      default:
        let value: UInt8 = [0x7F, 0x80, 0xFF].randomElement(using: &random)!
        for index in place..<min(place + 4, bytes.count) { bytes[index] = value }
      }
    }
    return bytes
  }
}
