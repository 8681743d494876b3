import TestSupport
import Testing

@testable import EmbeddedBroker

@Suite
struct CRC32CTests {
  @Test func `the check value of the standard`() {
    let bytes = Array("123456789".utf8)
    #expect(CRC32C.checksum(bytes.span.bytes) == 0xe306_9283)
    #expect(CRC32C.slicedChecksum(bytes.span.bytes) == 0xe306_9283)
    #expect(CRC32C.checksum([UInt8]().span.bytes) == 0)
  }

  @Test func `the instruction and the tables agree at every length`() {
    var random = SeededGenerator(seed: 1)
    let bytes = (0..<300).map { _ in UInt8.random(in: 0...255, using: &random) }
    for count in 0...300 {
      let part = bytes.span.bytes.extracting(first: count)
      #expect(CRC32C.checksum(part) == CRC32C.slicedChecksum(part))
    }
  }
}
