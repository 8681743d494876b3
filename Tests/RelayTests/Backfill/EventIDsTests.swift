import Testing

@testable import Relay

@Suite("Ids that a repair compares")
struct EventIDsTests {
  @Test func `a UUID is its own key, whatever its case, and other texts have keys of their own`() {
    #expect(EventKey("0198c0de-0000-7000-8000-00000000000a") == EventKey("0198C0DE-0000-7000-8000-00000000000A"))
    #expect(EventKey("0198c0de-0000-7000-8000-00000000000a").low == 0x8000_0000_0000_000a)
    let texts = [
      "", "1", "01", "order-1", "0198c0de-0000-7000-8000-00000000000", "zzzzzzzz-0000-7000-8000-00000000000a",
    ]
    #expect(Set(texts.map(EventKey.init)).count == texts.count)
  }

  @Test func `what was marked is delivered, once, and ids of others count for nothing`() {
    var ids = EventIDs((0..<1_000).map { EventKey("event-\($0)") })
    for number in stride(from: 0, to: 1_000, by: 2) { ids.markDelivered("event-\(number)") }
    ids.markDelivered("event-0")
    ids.markDelivered("stranger")
    #expect(ids.count == 1_000 && ids.deliveredCount == 500 && ids.hasMissing)
    #expect((0..<1_000).allSatisfy { ids.isMissing("event-\($0)") == !$0.isMultiple(of: 2) })
    #expect(!ids.isMissing("stranger"))
  }

  @Test func `an id that two rows have is one event`() {
    var ids = EventIDs(["b", "a", "b", "b"].map(EventKey.init))
    #expect(ids.count == 2)
    ids.markDelivered("b")
    #expect(!ids.isMissing("b") && ids.isMissing("a"))
    ids.markDelivered("a")
    #expect(!ids.hasMissing)
  }

  @Test func `nothing is missing from nothing`() {
    #expect(!EventIDs([]).hasMissing && !EventIDs([]).isMissing("a"))
  }
}
