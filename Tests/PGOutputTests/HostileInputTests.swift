import Testing

@testable import PGOutput

@Suite("Input that no server sends")
struct HostileInputTests {
  @Test("a message cut off at any byte is an error", arguments: Fixtures.messages)
  func truncated(message: [UInt8]) {
    for length in 0..<message.count {
      #expect(throws: PGOutputError.self) { try Decoded(Array(message.prefix(length))) }
    }
    #expect(throws: Never.self) { try Decoded(message) }
  }

  @Test("a byte after the message is an error", arguments: Fixtures.messages)
  func trailing(message: [UInt8]) {
    #expect(throws: PGOutputError.self) { try Decoded(message + [0]) }
  }

  @Test("an unknown message, also one of a later protocol version, is an error", arguments: Array("SEcApbPKr\0x".utf8))
  func unknown(kind: UInt8) {
    #expect(throws: PGOutputError(code: .unknownKind, offset: 0)) { try Decoded([kind, 0, 0, 0, 0]) }
  }

  @Test("an unknown kind of column or tuple is an error")
  func unknownParts() {
    #expect(throws: PGOutputError(code: .unknownKind, offset: 9)) {
      try Decoded(Array("I".utf8) + [0, 0, 0, 1] + Array("N".utf8) + [0, 1] + Array("z".utf8))
    }
    for kind in ["I", "U", "D"] {
      #expect(throws: PGOutputError(code: .unknownKind, offset: 6)) {
        try Decoded(Array(kind.utf8) + [0, 0, 0, 1] + Array("Z".utf8) + [0, 0])
      }
    }
  }

  @Test("a negative or an over-long value is an error", arguments: [Int32.min, -1, 5, .max])
  func lengths(length: Int32) {
    var encoder = MessageEncoder()
    encoder.put("t")
    encoder.put(integer: length)
    let column = encoder.bytes + [1, 2, 3, 4]
    let head = Array("I".utf8) + [0, 0, 0, 1] + Array("N".utf8) + [0, 1]
    let expected = length < 0 ? PGOutputError.Code.invalidLength : .truncated
    #expect(throws: PGOutputError(code: expected, offset: 13)) { try Decoded(head + column) }
  }

  @Test("a truncate whose count does not fit its bytes is an error", arguments: [Int32.min, -1, 1, 3, .max])
  func truncateCount(count: Int32) {
    var encoder = MessageEncoder()
    encoder.put("T")
    encoder.put(integer: count)
    encoder.put(0 as UInt8)
    let bytes = encoder.bytes + [UInt8](repeating: 0, count: 8)
    #expect(throws: PGOutputError(code: .invalidLength, offset: 6)) { try Decoded(bytes) }
  }

  @Test("a name without its end is an error")
  func unterminated() {
    let bytes = Array("O".utf8) + [UInt8](repeating: 1, count: 20)
    #expect(throws: PGOutputError(code: .unterminatedText, offset: 9)) { try Decoded(bytes) }
  }

  @Test("an error tells the place and nothing of the bytes")
  func description() {
    let error = #expect(throws: PGOutputError.self) { try Decoded(Array("Isecret secret".utf8)) }
    #expect(error?.description.contains("secret") == false)
    #expect(error?.description.contains("byte") == true)
  }
}
