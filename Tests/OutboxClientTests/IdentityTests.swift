import TestSupport
import Testing

@testable import OutboxClient

@Suite("Event ids and trace contexts")
struct IdentityTests {
  @Test func `an id holds the milliseconds, version 7 and the variant of RFC 9562`() {
    var sequence = UUIDv7Sequence()
    var random = SeededGenerator(seed: 1)
    for _ in 0..<100 {
      let text = sequence.next(now: 0x0189_0A5D_AC96, using: &random).description
      #expect(text.hasPrefix("01890a5d-ac96-7"))
      #expect("89ab".contains(Array(text)[19]))
    }
  }

  @Test func `the random part is new with each millisecond`() {
    var sequence = UUIDv7Sequence()
    var random = SeededGenerator(seed: 2)
    let ids = (1...1_000 as ClosedRange<UInt64>).map { sequence.next(now: $0, using: &random) }
    #expect(Set(ids.map(\.low)).count == 1_000)
    #expect(Set(ids.map { $0.high & 0x7FF }).count > 100)
  }

  @Test func `ids rise within a millisecond and when the clock goes back`() {
    var sequence = UUIDv7Sequence()
    var random = SeededGenerator(seed: 3)
    let clock: [UInt64] = (0..<20_000).map { $0 == 10_000 ? 900 : 1_000 }
    let ids = clock.map { sequence.next(now: $0, using: &random) }
    #expect(zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 })
    #expect(zip(ids, ids.dropFirst()).allSatisfy { $0.description < $1.description })
    #expect(ids.allSatisfy { $0.high >> 16 == 1_000 })
  }

  @Test func `ids rise also when chance gives nothing but zeros`() {
    struct Zeros: RandomNumberGenerator { mutating func next() -> UInt64 { 0 } }
    var sequence = UUIDv7Sequence()
    var random = Zeros()
    let ids = (0..<3).map { _ in sequence.next(now: 1, using: &random) }
    #expect(ids.map(\.low) == [0, 1, 2].map { 1 << 63 | $0 })
  }

  @Test func `a random part that is used up borrows the next millisecond`() {
    var sequence = UUIDv7Sequence(milliseconds: 1_000, tail: 1 << 74 - 1)
    var random = SeededGenerator(seed: 4)
    let id = sequence.next(now: 1_000, using: &random)
    #expect(id.high >> 16 == 1_001)
    #expect(id < sequence.next(now: 1_000, using: &random))
  }

  @Test func `ids that several tasks make at once are all different and rise within each`() async {
    let ids = await withTaskGroup(of: [OutboxEventID].self) { group in
      for _ in 0..<4 { group.addTask { (0..<5_000).map { _ in .next() } } }
      return await group.reduce(into: [[OutboxEventID]]()) { $0.append($1) }
    }
    #expect(Set(ids.joined()).count == 20_000)
    #expect(ids.allSatisfy { $0 == $0.sorted() })
  }

  @Test func `an id is read from its text in small letters or capitals`() throws {
    let text = "01890a5d-ac96-774b-bcce-b302099a8057"
    let id = try #require(OutboxEventID(text))
    #expect(id.description == text)
    #expect(OutboxEventID(text.uppercased()) == id)
  }

  @Test(arguments: [
    "", "01890a5d-ac96-774b-bcce-b302099a805", "01890a5d-ac96-774b-bcce-b302099a80577",
    "01890a5dac96774bbcceb302099a8057", "01890a5d-ac96-774b-bcce-b302099a805g", "{1890a5d-ac96-774b-bcce-b302099a805}",
    "01890a5d-ac96-774b-bcce-b302099a80é",
  ])
  func `what is no id gives none`(text: String) { #expect(OutboxEventID(text) == nil) }

  private static let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

  @Test(arguments: [parent, "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-later"])
  func `a W3C traceparent is taken, also of a later version`(text: String) {
    #expect(OutboxTraceContext(traceparent: text)?.traceparent == text)
  }

  @Test(arguments: [
    "", "00", parent + "-more", parent.uppercased(), "ff" + parent.dropFirst(2), String(parent.dropLast()),
    "00-00000000000000000000000000000000-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", "cc" + parent.dropFirst(2) + "-\n", nil,
  ])
  func `a broken or missing traceparent gives no trace, so that the event goes without`(text: String?) {
    #expect(OutboxTraceContext(traceparent: text) == nil)
  }

  @Test func `a broken tracestate is left out and the trace goes on`() {
    #expect(OutboxTraceContext(traceparent: Self.parent, tracestate: "a=1,b=2")?.tracestate == "a=1,b=2")
    for broken in ["", "a=1\n", "é"] {
      let trace = OutboxTraceContext(traceparent: Self.parent, tracestate: broken)
      #expect(trace != nil && trace?.tracestate == nil)
    }
  }
}
