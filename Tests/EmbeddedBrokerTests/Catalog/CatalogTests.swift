import TestSupport
import Testing

@testable import EmbeddedBroker

@Suite
struct CatalogTests {
  private let files = FaultyFiles()

  private func open() throws -> Catalog { try Catalog(directory: "data", files: files) }

  private func topic(_ name: String, id: UInt64 = 1, partitions: Int32 = 2) -> Topic {
    Topic(name: name, id: TopicID(high: 0xfe, low: id), partitions: partitions)
  }

  private func code(_ body: () throws(PartitionError) -> Void) -> ErrorCode? {
    do {
      try body()
      return nil
    } catch {
      return error.code
    }
  }

  @Test func `topics, their partitions and settings are there again after a loss of power`() throws {
    var random = SeededGenerator(seed: 1)
    let catalog = try open()
    var orders = topic("orders", id: 7)
    orders.configuration = try TopicConfiguration(["retention.ms": "60000", "cleanup.policy": "delete"])
    try catalog.create(orders)
    try catalog.create(topic("mails", id: 8))
    try catalog.grow("mails", to: 5)
    try catalog.configure("mails", TopicConfiguration(["max.message.bytes": "1000"]))
    files.losePower(.nothing, using: &random)
    let again = try open()
    #expect(again.topics == catalog.topics)
    #expect(again["orders"] == orders)
    #expect(again[TopicID(high: 0xfe, low: 8)]?.partitions == 5)
    #expect(again["mails"]?.configuration.settings(.init()).maxMessageBytes == 1_000)
    #expect(
      try files.list("data/topics").sorted() == [
        "mails-0", "mails-1", "mails-2", "mails-3", "mails-4", "orders-0", "orders-1",
      ])
  }

  @Test func `what cannot be is refused with Kafka's codes`() throws {
    let catalog = try open()
    try catalog.create(topic("orders"))
    #expect(code { () throws(PartitionError) in try catalog.create(topic("orders", id: 2)) } == .topicAlreadyExists)
    for name in ["", ".", "..", "a/b", "ä", "a b", String(repeating: "x", count: 250)] {
      #expect(code { () throws(PartitionError) in try catalog.create(topic(name)) } == .invalidTopic)
    }
    for count in [-1, 0, 10_001] as [Int32] {
      #expect(
        code { () throws(PartitionError) in try catalog.create(topic("new", partitions: count)) } == .invalidPartitions)
    }
    for count in [1, 2, 10_001] as [Int32] {
      #expect(code { () throws(PartitionError) in try catalog.grow("orders", to: count) } == .invalidPartitions)
    }
    #expect(code { () throws(PartitionError) in try catalog.delete("none") } == .unknownTopicOrPartition)
    #expect(code { () throws(PartitionError) in try catalog.grow("none", to: 4) } == .unknownTopicOrPartition)
    #expect(catalog.topics.map(\.name) == ["orders"])
  }

  @Test(arguments: [
    ("retention.ms", "-2"), ("retention.ms", "week"), ("segment.bytes", "1"), ("max.message.bytes", "-1"),
    ("cleanup.policy", "compact"), ("cleanup.policy", "compact,delete"), ("message.timestamp.type", "Now"),
    ("compression.type", "gzip"), ("min.insync.replicas", "2"), ("colour", "red"),
  ])
  func `a setting that the broker cannot keep is refused`(_ name: String, _ value: String) {
    let error = #expect(throws: PartitionError.self) { try TopicConfiguration([name: value]) }
    #expect(error?.code == .invalidConfiguration)
    #expect(error?.description.contains(name) == true)
  }

  @Test func `every setting can be asked for and set to what it is`() throws {
    var settings = PartitionSettings()
    settings.retention = 5
    for name in TopicConfiguration.names {
      let value = try #require(TopicConfiguration.value(name, in: settings))
      let configured = try TopicConfiguration([name: value]).settings(settings)
      #expect(TopicConfiguration.value(name, in: configured) == value)
    }
    #expect(TopicConfiguration.value("colour", in: settings) == nil)
  }

  @Test func `a topic made anew under the name of a deleted one has none of its records`() throws {
    let catalog = try open()
    try catalog.create(topic("orders", id: 1))
    let path = catalog.partitionDirectory("orders", 0)
    do {
      let log = try PartitionLog(directory: path, settings: .init(), files: files, now: 0)
      try log.append(TestBatch("old"))
      try log.close()
    }
    try catalog.delete("orders")
    try catalog.create(topic("orders", id: 2))
    #expect(try PartitionLog(directory: path, settings: .init(), files: files, now: 0).endOffset == 0)
    try DeletedTopics(directory: "data", files: files).remove()
    #expect(try files.list("data/deleted").isEmpty)
    #expect(!files.names.keys.contains { $0.hasPrefix("data/deleted/") })
  }

  @Test func `records that no catalog knows are put aside, not shown and not destroyed`() throws {
    let catalog = try open()
    let path = catalog.partitionDirectory("orders", 0)
    do {
      let log = try PartitionLog(directory: path, settings: .init(), files: files, now: 0)
      try log.append(TestBatch("old"))
      try log.close()
    }
    try catalog.create(topic("orders"))
    #expect(try PartitionLog(directory: path, settings: .init(), files: files, now: 0).endOffset == 0)
    let aside = "data/orphans/orders-0.\(topic("orders").id.text)"
    #expect(try PartitionLog(directory: aside, settings: .init(), files: files, now: 0).endOffset == 1)
  }

  @Test func `without its catalog a directory with topics is not opened`() throws {
    try open().create(topic("orders"))
    files.names["data/catalog"]?.change(.write([0x00], at: 3))
    #expect(throws: LogError.self) { try open() }
    try files.remove("data/catalog")
    let error = #expect(throws: LogError.self) { try open() }
    #expect(error?.kind == .corrupt)
  }

  /// A model beside it: what a call confirmed is there, what it refused for the disk may be either way.
  @Test(arguments: 1...60 as ClosedRange<UInt64>)
  func `failing calls and losses of power leave the old catalog or the new one`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var id: UInt64 = 0
    for _ in 0..<12 {
      let catalog = try open()
      let before = catalog.topics
      var expected: [[Topic]] = [before]
      files.failAt = files.calls + Int.random(in: 1...25, using: &random)
      files.failuresLeft = Bool.random(using: &random) ? Int.random(in: 1...8, using: &random) : 0
      for _ in 0..<3 {
        id += 1
        let name = "t\(Int.random(in: 0..<4, using: &random))"
        let exists = catalog[name] != nil
        let error = code { () throws(PartitionError) in
          if exists { try catalog.delete(name) } else { try catalog.create(topic(name, id: id)) }
        }
        if error == nil {
          expected = [catalog.topics]
        } else {
          #expect(error == .storageError)
          expected.append(
            exists
              ? catalog.topics.filter { $0.name != name }
              : (catalog.topics + [topic(name, id: id)]).sorted { $0.name < $1.name })
        }
      }
      files.failAt = nil
      files.losePower(.random, using: &random)
      #expect(expected.contains(try open().topics))
    }
  }

  @Test func `producer ids are given once, whatever happens`() throws {
    var random = SeededGenerator(seed: 5)
    var given: Set<Int64> = []
    var count = 0
    for round in 0..<40 {
      let ids = try ProducerIDs(directory: "data", files: files)
      if round == 0 { try files.makeDirectory("data") }
      files.failAt = files.calls + Int.random(in: 1...6, using: &random)
      files.failuresLeft = Int.random(in: 0...2, using: &random)
      for _ in 0..<Int.random(in: 0...1_500, using: &random) {
        guard let id = try? ids.take() else { continue }
        given.insert(id)
        count += 1
      }
      files.failAt = nil
      files.losePower(.random, using: &random)
    }
    #expect(given.count == count && count > 1_000)
  }
}
