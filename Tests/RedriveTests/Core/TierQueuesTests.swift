import Kafka
import NotificationModel
import Policy
import TestSupport
import Testing

@testable import Redrive

@Suite("The queues of retry topics") struct TierQueuesTests {
  private static let wait: Int64 = 60_000
  private var random = SeededGenerator(seed: 1)
  private var queues = TierQueues(jitter: 0)

  private mutating func add(
    _ offset: Int64, partition: Int32 = 0, appended: Int64, read: Int64, notBefore: Int64? = nil
  ) {
    let headers = notBefore.map { [RecordHeader.notBefore: "\($0)"] } ?? [:]
    let record = Letters.source(
      topic: "r", partition: partition, offset: offset, timestamp: appended, headers)
    queues.add(record, wait: Self.wait, now: read, using: &random)
  }

  private mutating func due(_ now: Int64, most: Int = 100) -> [Int64] {
    queues.takeDue(now: now, most: most, wait: { _ in Self.wait }, using: &random).map(\.offset)
  }

  @Test mutating func `a record is let go when its wait is over, and its partition rests until then`() {
    add(0, appended: 1_000, read: 1_500)
    add(1, appended: 2_000, read: 2_500)
    #expect(queues.waiting == [TopicPartition("r", 0)] && queues.nextAt == 61_000)
    #expect(due(60_999) == [])
    #expect(due(61_000) == [0])
    #expect(queues.nextAt == 62_000 && queues.oldestDue == 62_000 && queues.empty == [])
    #expect(due(62_000) == [1])
    #expect(queues.waiting == [] && queues.empty == [TopicPartition("r", 0)] && queues.nextAt == nil)
  }

  @Test mutating func `a partition holds back no other`() {
    add(0, partition: 0, appended: 50_000, read: 50_000)
    add(0, partition: 1, appended: 1_000, read: 50_000)
    #expect(due(61_000).count == 1 && queues.waiting == [TopicPartition("r", 0)])
  }

  @Test mutating func `a broker's clock that runs ahead makes nothing wait longer than the tier`() {
    add(0, appended: 10_000_000, read: 1_000)
    #expect(due(60_999) == [])
    #expect(due(61_000) == [0])
    add(1, appended: 0, read: 1_000)
    #expect(queues.nextAt == 61_000)
  }

  @Test mutating func `what has a little longer to wait is waited for, what has much goes its round first`() {
    add(0, appended: 0, read: 1_000, notBefore: 66_000)
    #expect(queues.nextAt == 66_000)
    queues.forget([TopicPartition("r", 0)])
    add(0, appended: 1, read: 1_000, notBefore: 66_002)
    #expect(queues.nextAt == 60_001)
    #expect(due(60_001) == [0])
  }

  @Test mutating func `who loses a partition forgets what waited of it`() {
    add(0, partition: 0, appended: 1, read: 1)
    add(0, partition: 1, appended: 1, read: 1)
    queues.forget([TopicPartition("r", 0)])
    #expect(queues.waiting == [TopicPartition("r", 1)] && queues.count(of: "r") == 1 && queues.count(of: "s") == 0)
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func `for whatever comes nothing is early, nothing is later than jitter, and order holds`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var queues = TierQueues(jitter: 2_000)
    var now: Int64 = 1_000_000
    var appended: [Int32: [Int64]] = [:]
    var letGo: [Int32: Int] = [:]
    for _ in 0..<3_000 {
      let partition = Int32.random(in: 0...2, using: &random)
      if Bool.random(using: &random) {
        appended[partition, default: []].append(now)
        let offset = Int64(appended[partition]!.count - 1)
        queues.add(
          Letters.source(topic: "r", partition: partition, offset: offset, timestamp: now, [:]), wait: Self.wait,
          now: now, using: &random)
      }
      for record in queues.takeDue(now: now, most: 50, wait: { _ in Self.wait }, using: &random) {
        let index = letGo[record.place.partition, default: 0]
        #expect(Int(record.offset) == index)
        let due = appended[record.place.partition]![index] + Self.wait
        #expect(now >= due)
        letGo[record.place.partition] = index + 1
      }
      // All that is due by more than the spread, and a step, has gone.
      if let oldest = queues.oldestDue { #expect(now - oldest <= 2_000 + 500) }
      now += Int64.random(in: 0...500, using: &random)
    }
    let released = letGo.values.reduce(0, +)
    #expect(released > 1_000)
  }
}
