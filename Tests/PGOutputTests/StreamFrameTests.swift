import Testing

@testable import PGOutput

@Suite("Replication frames")
struct StreamFrameTests {
  private static let data = MessageEncoder.make("w") { out in
    out.put(LSN(rawValue: 10))
    out.put(LSN(rawValue: 20))
    out.put(integer: Int64(30))
    out.put(tuple: [])
  }

  private static func keepAlive(_ reply: UInt8) -> [UInt8] {
    MessageEncoder.make("k") { out in
      out.put(LSN(rawValue: 0x1_0000_0002))
      out.put(integer: Int64(-5))
      out.put(reply)
    }
  }

  private static func parse(_ bytes: [UInt8]) throws(PGOutputError) -> StreamFrame {
    try StreamFrame.parse(bytes.span.bytes)
  }

  @Test("WAL data gives its positions, and its body begins where it says")
  func walData() throws {
    let expected = StreamFrame.WALData(start: LSN(rawValue: 10), end: LSN(rawValue: 20), sentAt: 30)
    #expect(try Self.parse(Self.data) == .walData(expected))
    #expect(Self.data.count == StreamFrame.walDataBodyOffset + 2)
  }

  @Test("a keep-alive says whether it wants an answer", arguments: [(0 as UInt8, false), (1, true)])
  func keepAlive(byte: UInt8, wanted: Bool) throws {
    let expected = StreamFrame.KeepAlive(walEnd: LSN(rawValue: 0x1_0000_0002), sentAt: -5, replyRequested: wanted)
    #expect(try Self.parse(Self.keepAlive(byte)) == .keepAlive(expected))
  }

  @Test("a frame cut off anywhere in its head is an error", arguments: 0..<25)
  func truncated(length: Int) {
    #expect(throws: PGOutputError.self) { try Self.parse(Array(Self.data.prefix(length))) }
    guard length < 18 else { return }
    #expect(throws: PGOutputError.self) { try Self.parse(Array(Self.keepAlive(1).prefix(length))) }
  }

  @Test("bytes after a keep-alive are an error")
  func trailing() {
    #expect(throws: PGOutputError(code: .trailingBytes, offset: 18)) { try Self.parse(Self.keepAlive(0) + [0]) }
  }

  @Test("an unknown kind is an error that names its place")
  func unknown() {
    #expect(throws: PGOutputError(code: .unknownKind, offset: 0)) { try Self.parse([UInt8(ascii: "s")]) }
  }

  @Test("a status is 34 bytes in the documented order")
  func status() {
    let update = StatusUpdate(
      written: LSN(rawValue: 1), flushed: LSN(rawValue: 0x0203), applied: LSN(rawValue: .max), sentAt: -2,
      replyRequested: true)
    let zeros = [UInt8](repeating: 0, count: 6)
    let ones = [UInt8](repeating: 0xFF, count: 7)
    #expect(update.encoded() == [0x72] + zeros + [0, 1] + zeros + [2, 3] + ones + [0xFF] + ones + [0xFE] + [1])
  }
}
