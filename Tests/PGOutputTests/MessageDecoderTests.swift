import Testing

@testable import PGOutput

@Suite("pgoutput messages")
struct MessageDecoderTests {
  @Test("begin, commit, origin and type keep every field")
  func plain() throws {
    #expect(try Decoded(MessageEncoder.begin(Fixtures.begin)).message == .begin(Fixtures.begin))
    #expect(try Decoded(MessageEncoder.commit(Fixtures.commit)).message == .commit(Fixtures.commit))
    #expect(try Decoded(MessageEncoder.origin(Fixtures.origin)).message == .origin(Fixtures.origin))
    #expect(try Decoded(MessageEncoder.type(Fixtures.type)).message == .type(Fixtures.type))
  }

  @Test("a relation keeps its name and its columns, and may have none")
  func relation() throws {
    #expect(try Decoded(MessageEncoder.relation(Fixtures.relation)).message == .relation(Fixtures.relation))
    var bare = Fixtures.relation
    bare.namespace = ""
    bare.columns = []
    #expect(try Decoded(MessageEncoder.relation(bare)).message == .relation(bare))
  }

  @Test("an insert tells null, empty, text and binary apart")
  func insert() throws {
    let decoded = try Decoded(MessageEncoder.insert(7, [.null, .text(""), .text("봉수"), .binary([0, 1]), .unchanged]))
    #expect(decoded.message == .insert(7))
    #expect(decoded.kinds == [.null, .text, .text, .binary, .unchanged])
    #expect(decoded.values == [[], [], Array("봉수".utf8), [0, 1], []])
  }

  @Test("a row without columns has none")
  func noColumns() throws { #expect(try Decoded(MessageEncoder.insert(7, [])).tuple.count == 0) }

  @Test("an update leaves the new tuple, whatever came before it", arguments: ["", "K", "O"])
  func update(part: String) throws {
    let old: (Unicode.Scalar, [MessageEncoder.Value])? = part.unicodeScalars.first.map { ($0, [.text("old")]) }
    let decoded = try Decoded(MessageEncoder.update(8, old: old, [.text("new"), .unchanged]))
    #expect(decoded.message == .update(8))
    #expect(decoded.texts == ["new", ""])
    #expect(decoded.kinds == [.text, .unchanged])
  }

  @Test("a delete leaves the old tuple or the key", arguments: ["K", "O"] as [Unicode.Scalar])
  func delete(part: Unicode.Scalar) throws {
    let decoded = try Decoded(MessageEncoder.delete(9, part, [.text("old"), .null]))
    #expect(decoded.message == .delete(9))
    #expect(decoded.texts == ["old", ""])
  }

  @Test("a truncate names its relations and its options")
  func truncate() throws {
    let none = Message.Truncate(relations: [1, 2], cascades: false, restartsIdentity: false)
    #expect(try Decoded(MessageEncoder.truncate([1, 2], options: 0)).message == .truncate(none))
    let cascade = Message.Truncate(relations: [3], cascades: true, restartsIdentity: false)
    #expect(try Decoded(MessageEncoder.truncate([3], options: 1)).message == .truncate(cascade))
    let restart = Message.Truncate(relations: [3], cascades: false, restartsIdentity: true)
    #expect(try Decoded(MessageEncoder.truncate([3], options: 2)).message == .truncate(restart))
  }

  @Test("a logical message points at its content", arguments: [true, false])
  func logical(isTransactional: Bool) throws {
    let bytes = MessageEncoder.logical(isTransactional: isTransactional, LSN(rawValue: 3), "bongsu", [9, 8, 7])
    guard case .logical(let message) = try Decoded(bytes).message else { return #expect(Bool(false), "no message") }
    #expect(message.isTransactional == isTransactional)
    #expect(message.lsn == LSN(rawValue: 3))
    #expect(message.prefix == "bongsu")
    #expect(Array(bytes[message.content]) == [9, 8, 7])
  }

  @Test("the columns of one row do not stay for the next")
  func reuse() throws {
    var tuple = TupleColumns()
    let wide = MessageEncoder.insert(1, [.text("a"), .text("b"), .text("c")])
    let narrow = MessageEncoder.insert(1, [.null])
    _ = try MessageDecoder.decode(wide.span.bytes, into: &tuple)
    #expect(tuple.count == 3)
    _ = try MessageDecoder.decode(narrow.span.bytes, into: &tuple)
    #expect(tuple.count == 1)
    #expect(tuple[0].kind == .null)
  }

  @Test("a name that is no UTF-8 is read with replacement characters")
  func invalidText() throws {
    let bytes = [UInt8(ascii: "O")] + [UInt8](repeating: 0, count: 8) + [0xFF, 0]
    #expect(try Decoded(bytes).message == .origin(.init(commit: .zero, name: "\u{FFFD}")))
  }

  @Test("ranges count from the span given, also where it is a part of a frame")
  func offsets() throws {
    let frame = [UInt8](repeating: 0xAA, count: 25) + MessageEncoder.insert(1, [.text("xyz")])
    var tuple = TupleColumns()
    let body = frame.span.bytes.extracting(droppingFirst: 25)
    #expect(try MessageDecoder.decode(body, into: &tuple) == .insert(1))
    #expect(String(decoding: frame[25...].dropFirst(tuple[0].range.lowerBound).prefix(3), as: UTF8.self) == "xyz")
  }
}
