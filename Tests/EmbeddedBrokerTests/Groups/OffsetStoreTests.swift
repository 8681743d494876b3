import TestSupport
import Testing

@testable import EmbeddedBroker

@Suite
struct OffsetStoreTests {
  private let files = FaultyFiles()
  private let path = "data/offsets"

  private func open(compactFrom: Int = 1 << 20, now: Int64 = 0) throws -> OffsetStore {
    try OffsetStore(path: path, files: files, now: now, compactFrom: compactFrom)
  }

  private func place(_ partition: Int32, _ topic: String = "orders") -> TopicPartition {
    TopicPartition(topic: topic, partition: partition)
  }

  @Test func `what was committed is there again, the last value of each`() throws {
    let store = try open()
    try store.commit([place(0): CommittedOffset(offset: 5, metadata: "m"), place(1): .init(offset: 9)], group: "a")
    try store.commit([place(0): CommittedOffset(offset: 7, leaderEpoch: 3, metadata: "n", committed: 44)], group: "a")
    try store.commit([place(0): .init(offset: 1)], group: "b")
    let again = try open()
    #expect(again.offsets == store.offsets)
    #expect(again.offsets["a"]?[place(0)] == .init(offset: 7, leaderEpoch: 3, metadata: "n", committed: 44))
    #expect(again.tornBytes == 0)
  }

  @Test func `offsets go with their topic and with their group`() throws {
    let store = try open()
    for group in ["a", "b"] {
      try store.commit([place(0): .init(offset: 5), place(0, "other"): .init(offset: 6)], group: group)
    }
    try store.commit([place(1): .init(offset: 5)], group: "c")
    try store.forget(topic: "orders")
    try store.forget(group: "b")
    try store.forget(group: "nobody")
    #expect(store.offsets == ["a": [place(0, "other"): .init(offset: 6)]])
    #expect(try open().offsets == store.offsets)
  }

  @Test func `they expire when the group had no members for so long`() throws {
    let store = try open(now: 1_000)
    try store.commit([place(0): .init(offset: 5, committed: 1_000)], group: "idle")
    try store.commit([place(0): .init(offset: 5, committed: 1_000)], group: "busy")
    try store.expire(now: 1_500, retention: 1_000) { $0 == "busy" }
    #expect(store.offsets.count == 2)
    try store.expire(now: 2_001, retention: 1_000) { _ in false }
    #expect(store.offsets.keys.sorted() == ["busy"])
    try store.expire(now: 2_501, retention: 1_000) { _ in false }
    #expect(store.offsets.isEmpty)
    #expect(try open().offsets.isEmpty)
  }

  @Test func `the journal stays short, however often is committed`() throws {
    var store = try open(compactFrom: 2_000)
    for offset in 0..<2_000 as Range<Int64> {
      try store.commit([place(Int32(offset % 3)): .init(offset: offset)], group: "a")
      if let sync = store.beginSync() { store.finish(sync.run()) }
    }
    #expect(try files.status(path).size < 2_200)
    store = try open(compactFrom: 2_000)
    #expect(store.offsets["a"]?.mapValues(\.offset) == [place(0): 1_998, place(1): 1_999, place(2): 1_997])
  }

  @Test func `a tear at any byte of the last commit leaves those before it`() throws {
    var random = SeededGenerator(seed: 1)
    var kept = 0
    while true {
      let files = FaultyFiles()
      let store = try OffsetStore(path: path, files: files, now: 0)
      try store.commit([place(0): .init(offset: 1)], group: "a")
      let sync = try #require(store.beginSync())
      store.finish(sync.run())
      try store.commit([place(0): .init(offset: 2), place(1): .init(offset: 2)], group: "a")
      let length = files.lastWrite(path)
      guard kept <= length else { break }
      files.losePower(.tear(path, keeping: kept), using: &random)
      let again = try OffsetStore(path: path, files: files, now: 0)
      #expect(again.offsets["a"]?[place(0)]?.offset == (kept == length ? 2 : 1))
      #expect(again.offsets["a"]?.count == (kept == length ? 2 : 1))
      #expect(again.tornBytes == (kept == length ? 0 : kept))
      try again.commit([place(0): .init(offset: 3)], group: "a")
      #expect(try OffsetStore(path: path, files: files, now: 0).offsets["a"]?[place(0)]?.offset == 3)
      kept += 1
    }
    #expect(kept > 50)
  }

  /// Offsets that only grow: what is found is at least what was durable, and never more than what was tried.
  @Test(arguments: 1...80 as ClosedRange<UInt64>)
  func `failing calls and losses of power take nothing durable`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var tried: Int64 = 0
    var durable: Int64 = -1
    for _ in 0..<10 {
      let store = try open(compactFrom: 600)
      let found = store.offsets["a"]?[place(0)]?.offset ?? -1
      #expect(found >= durable && found <= tried)
      if Bool.random(using: &random) {
        files.failAt = files.calls + Int.random(in: 1...30, using: &random)
        files.failure = [.noSpace, .readOnly, .io].randomElement(using: &random) ?? .io
        files.failuresLeft = Int.random(in: 1...6, using: &random)
      }
      var taken: [UInt64: Int64] = [:]
      for _ in 0..<Int.random(in: 0...30, using: &random) {
        tried += 1
        if (try? store.commit([place(0): .init(offset: tried)], group: "a")) != nil { taken[store.commits] = tried }
        guard Int.random(in: 0..<3, using: &random) == 0, let sync = store.beginSync() else { continue }
        store.finish(sync.run())
        durable = max(durable, taken[store.durableCommits] ?? -1)
      }
      files.failAt = nil
      files.losePower(.random, using: &random)
    }
  }

  @Test func `random bytes in its place are cut off, not read`() throws {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<200 {
      let files = FaultyFiles()
      try files.makeDirectory("data")
      let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      try files.open(path, create: true).write(bytes.raw, at: 0)
      let store = try OffsetStore(path: path, files: files, now: 0)
      #expect(store.offsets.isEmpty && store.tornBytes == bytes.count)
    }
  }
}
