import Testing

@testable import EmbeddedBroker

@Suite struct PrimitiveTests {
  private func read<T>(
    _ bytes: [UInt8], isFlexible: Bool, _ body: (inout WireReader) throws(WireError) -> T
  ) throws(WireError) -> T {
    var reader = WireReader(bytes.span.bytes, isFlexible: isFlexible)
    return try body(&reader)
  }

  @Test(arguments: [[0xFF, 0xFE], [0x80, 0x00]] as [[UInt8]])
  func `a negative length other than null is an error`(bytes: [UInt8]) {
    #expect(throws: WireError(code: .invalidLength, offset: 2)) {
      try read(bytes, isFlexible: false) { reader throws(WireError) in
        var text: String?
        try reader.nullableString(&text)
      }
    }
  }

  @Test(arguments: [[0x7F, 0xFF, 0xFF, 0xFF], [0, 0, 0, 3, 1, 2]] as [[UInt8]])
  func `a count past the message's end allocates nothing and is an error`(bytes: [UInt8]) {
    #expect(throws: WireError(code: .truncated, offset: 4)) {
      try read(bytes, isFlexible: false) { reader throws(WireError) in
        var elements: [Int32] = []
        try reader.integers(&elements)
      }
    }
  }

  @Test func `arrays together have a limit, however large the message is`() {
    let half = WireReader.elementsMax / 2
    let length = withUnsafeBytes(of: Int32(half + 1).bigEndian) { Array($0) }
    let array = length + [UInt8](repeating: 0, count: (half + 1) * 4)
    #expect(throws: WireError(code: .tooManyElements, offset: array.count + 4)) {
      try read(array + array, isFlexible: false) { reader throws(WireError) in
        var elements: [Int32] = []
        try reader.integers(&elements)
        try reader.integers(&elements)
      }
    }
  }

  @Test(arguments: [[0xFF, 0xFF, 0xFF, 0xFF, 0x1F], [0x80, 0x80, 0x80, 0x80, 0x80, 0x01]] as [[UInt8]])
  func `a number of more than 32 bits is an error`(bytes: [UInt8]) {
    #expect(throws: WireError(code: .invalidNumber, offset: 5)) {
      try read(bytes, isFlexible: true) { reader throws(WireError) in try reader.tags() }
    }
  }

  @Test func `unknown tags are passed over`() throws {
    let bytes: [UInt8] = [2, 0, 1, 0xAA, 9, 3, 1, 2, 3, 0x2A]
    let value = try read(bytes, isFlexible: true) { reader throws(WireError) in
      try reader.tags()
      var byte: UInt8 = 0
      try reader.integer(&byte)
      try reader.expectEnd()
      return byte
    }
    #expect(value == 0x2A)
  }

  @Test func `a text too long for its length is refused, not cut`() {
    var writer = WireWriter(version: 0, isFlexible: false)
    var text = String(repeating: "x", count: 32_768)
    #expect(throws: WireError.self) { try writer.string(&text) }
  }

  @Test func `a large field becomes a chunk of its own and the bytes stay in order`() throws {
    var writer = WireWriter(version: 9, isFlexible: false)
    var number: Int32 = 7
    var field = [UInt8](repeating: 1, count: WireWriter.chunkBytes)
    try writer.integer(&number)
    try writer.bytes(&field)
    try writer.integer(&number)
    let chunks = writer.finish()
    #expect(chunks == [[0, 0, 0, 7, 0, 0, 0x10, 0], field, [0, 0, 0, 7]])
  }
}
