import Kafka
import Testing

@testable import Router

@Suite struct RoutingSharesTests {
  private func records(_ counts: [Int32: Int]) -> [SourceRecord] {
    var left = counts
    var offsets: [Int32: Int64] = [:]
    var records: [SourceRecord] = []
    // Turn and turn about, as a consumer gives them.
    while !left.isEmpty {
      for partition in left.keys.sorted() {
        let offset = offsets[partition, default: 0]
        offsets[partition] = offset + 1
        records.append(
          SourceRecord(
            place: TopicPartition("events", partition), offset: offset, timestamp: 0, key: nil, value: nil, headers: [])
        )
        left[partition] = (left[partition] ?? 0) - 1
        if left[partition] == 0 { left[partition] = nil }
      }
    }
    return records
  }

  @Test func `a small batch is one thread's`() {
    let few = records([0: 20, 1: 43])
    #expect(RoutingShares.of(few, count: 4).map(\.count) == [63])
    #expect(RoutingShares.of([], count: 4).isEmpty)
    #expect(RoutingShares.of(records([0: 500, 1: 500]), count: 1).count == 1)
  }

  @Test func `a large one is shared evenly, and what is in one partition stays together and in order`() {
    let shares = RoutingShares.of(records([0: 100, 1: 90, 2: 60, 3: 50]), count: 2)
    #expect(shares.map(\.count).sorted() == [150, 150])
    for share in shares {
      for (_, ofPlace) in Dictionary(grouping: share, by: \.place) {
        #expect(ofPlace.map(\.offset) == ofPlace.indices.map { Int64($0) })
      }
    }
    let places = shares.map { Set($0.map(\.place)) }
    #expect(places[0].isDisjoint(with: places[1]) && places[0].count + places[1].count == 4)
  }

  @Test func `what cannot be shared is not: one partition, or fewer than threads`() {
    #expect(RoutingShares.of(records([7: 1_000]), count: 3).map(\.count) == [1_000])
    #expect(RoutingShares.of(records([0: 500, 1: 500]), count: 3).map(\.count).sorted() == [500, 500])
    // Each share is worth its thread.
    #expect(RoutingShares.of(records([0: 40, 1: 40]), count: 8).count == 2)
  }
}
