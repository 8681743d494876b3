import Kafka
import TestSupport
import Testing

@testable import Worker

@Suite("The finished prefix") struct FinishedPrefixTests {
  private let place = TopicPartition("t", 0)

  @Test func `an offset may be committed once all before it are finished`() {
    var prefix = FinishedPrefix()
    for offset: Int64 in [5, 6, 9] { prefix.add(place, offset) }
    prefix.finish(place, 6)
    #expect(prefix.advance() == [:] && prefix.open == 3)
    prefix.finish(place, 5)
    #expect(prefix.advance() == [place: 7] && prefix.open == 1)
    prefix.finish(place, 9)
    #expect(prefix.advance() == [place: 10] && prefix.open == 0 && prefix.advance() == [:])
  }

  @Test func `partitions do not wait for each other, and one that is gone is forgotten`() {
    var prefix = FinishedPrefix()
    let other = TopicPartition("t", 1)
    prefix.add(place, 1)
    prefix.add(other, 1)
    prefix.finish(other, 1)
    #expect(prefix.advance() == [other: 2])
    prefix.forget([place])
    prefix.finish(place, 1)
    #expect(prefix.advance() == [:] && prefix.open == 0)
    prefix.add(place, 1)
    #expect(prefix.open == 1)
  }

  @Test func `10,000 that finish in any order end at the last one, and never before their turn`() {
    var random = SeededGenerator(seed: 7)
    var prefix = FinishedPrefix()
    for offset in 0..<Int64(10_000) { prefix.add(place, offset) }
    var finished: Set<Int64> = []
    var next: Int64 = 0
    for offset in (0..<Int64(10_000)).shuffled(using: &random) {
      prefix.finish(place, offset)
      finished.insert(offset)
      if Int.random(in: 0..<7, using: &random) == 0, let moved = prefix.advance()[place] { next = moved }
      if next > 0 { #expect(finished.contains(next - 1)) }
    }
    if let moved = prefix.advance()[place] { next = moved }
    #expect(next == 10_000 && prefix.open == 0)
  }
}
