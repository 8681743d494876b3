/// Which of several outbox tables an event goes to. All events of one aggregate id go to the same, so that their order is
/// kept; whoever else writes to the tables chooses in the same way.
struct OutboxTables: Sendable {
  let count: Int

  func name(for aggregateID: String) -> String { Self.name(index(for: aggregateID)) }

  /// `outbox.event`, `outbox.event_2`, `outbox.event_3` …
  static func name(_ index: Int) -> String { index == 0 ? "outbox.event" : "outbox.event_\(index + 1)" }

  func index(for aggregateID: String) -> Int { Int(Self.hash(aggregateID) % UInt32(count)) }

  /// FNV-1a of 32 bits over the UTF-8, with the high half folded into the low one: FNV's low bits alone mix badly.
  static func hash(_ text: String) -> UInt32 {
    let hash = text.utf8.reduce(2_166_136_261 as UInt32) { ($0 ^ UInt32($1)) &* 16_777_619 }
    return hash ^ (hash >> 16)
  }
}
