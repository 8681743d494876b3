import Kafka
import Runtime
import TestSupport
import Testing

/// A copy of a consumed record.
struct Read: Equatable {
  var key: String?
  var value: String?
  var headers: [String] = []
  var offset: Int64 = 0

  init(_ record: borrowing ConsumedRecord) {
    key = record.keyBytes.map { String(decoding: $0, as: UTF8.self) }
    value = record.valueBytes.map { String(decoding: $0, as: UTF8.self) }
    offset = record.offset
    var list: [String] = []
    record.forEachHeader { name, value in list.append("\(name)=\(text(value))") }
    headers = list
  }
}

@Suite(.requires(.broker)) struct ConsumerTests {
  /// Produces values 0… with key k to a new topic.
  private func filledTopic(_ count: Int, partitions: Int = 1) throws -> String {
    let name = uniqueName("consumer")
    try SharedServers.broker.makeTopic(name, partitions: partitions)
    let producer = try Producer(SharedServers.broker.kafkaSettings)
    for number in 0..<count { try producer.send(name, key: "k", value: "\(number)", token: UInt(number)) }
    #expect(producer.collect().filter { $0.error == nil }.count == count)
    return name
  }

  private func consumer(_ properties: [String: String] = [:], group: String? = nil) throws -> Consumer {
    var settings = try SharedServers.broker.kafkaSettings
    settings.properties = ["enable.partition.eof": "true"].merging(properties) { $1 }
    return try Consumer(settings, group: group)
  }

  @Test("what was produced is read as it was: null and empty keys and values, headers with null and equal names")
  func roundTrip() throws {
    let name = uniqueName("round")
    try SharedServers.broker.makeTopic(name)
    let producer = try Producer(SharedServers.broker.kafkaSettings)
    try producer.send(name, key: nil, value: "", headers: [("id", "1"), ("id", nil), ("", ""), ("한", "글")])
    try producer.send(name, key: "", value: nil)
    try producer.send(name, key: "k", value: "v")
    #expect(producer.collect().compactMap(\.offset) == [0, 1, 2])
    let consumer = try consumer()
    try consumer.assign([TopicPartition(name, 0): .beginning])
    let records = try consumer.readToEnd()
    #expect(records.map(\.key) == [nil, "", "k"])
    #expect(records.map(\.value) == ["", nil, "v"])
    #expect(records[0].headers == ["id=1", "id=null", "=", "한=글"])
    #expect(records[1].headers.isEmpty)
  }

  @Test("reading starts where it is told and goes elsewhere by seeking")
  func positions() throws {
    let partition = TopicPartition(try filledTopic(10), 0)
    let consumer = try consumer()
    try consumer.assign([partition: .at(7)])
    #expect(try consumer.readToEnd().map(\.value) == ["7", "8", "9"])
    try consumer.seek([partition: .at(9)], timeoutMilliseconds: 10_000)
    #expect(try consumer.readToEnd().map(\.offset) == [9])
    let marks = try consumer.watermarks(partition, timeoutMilliseconds: 10_000)
    #expect(marks == (0, 10))
    #expect(try consumer.offsets(at: [partition: 1], timeoutMilliseconds: 10_000) == [partition: 0])
    #expect(try consumer.assignment() == [partition])
  }

  @Test("a group goes on after what was stored and committed, and not after what was only read")
  func commits() throws {
    let name = try filledTopic(5)
    let partition = TopicPartition(name, 0)
    let group = uniqueName("group")
    let first = try consumer(group: group)
    var changes: [Rebalance] = []
    first.onRebalance = { changes.append($0) }
    try first.subscribe([name])
    #expect(try first.readToEnd().count == 5)
    try first.commit()
    #expect(try first.committed([partition], timeoutMilliseconds: 10_000) == [:])
    try first.storeOffset(partition, next: 3)
    try first.commit()
    #expect(try first.committed([partition], timeoutMilliseconds: 10_000) == [partition: 3])
    first.close()
    #expect(changes == [.assigned([partition]), .revoked([partition])])
    let second = try consumer(group: group)
    try second.subscribe([name])
    #expect(try second.readToEnd().map(\.offset) == [3, 4])
  }

  @Test("what is noted with a commit is there until the next one, and a note that is too long is refused")
  func notes() throws {
    let name = try filledTopic(3)
    let (partition, group) = (TopicPartition(name, 0), uniqueName("group"))
    let first = try consumer(group: group)
    #expect(try first.committedNotes([partition], timeoutMilliseconds: 10_000) == [:])
    try first.commit([partition: 1], notes: [partition: "한 1,2"])
    let second = try consumer(group: group)
    #expect(try second.committedNotes([partition], timeoutMilliseconds: 10_000) == [partition: "한 1,2"])
    #expect(try second.committed([partition], timeoutMilliseconds: 10_000) == [partition: 1])
    let long = String(repeating: "a", count: 5_000)
    let error = #expect(throws: KafkaError.self) { try second.commit([partition: 2], notes: [partition: long]) }
    #expect(error?.code == .offsetMetadataTooLarge)
    try second.commit([partition: 2])
    #expect(try first.committedNotes([partition], timeoutMilliseconds: 10_000) == [:])
  }

  @Test("a consumer is closed while records that it has fetched wait to be read", arguments: ["group", nil])
  func closesWithRecords(_ prefix: String?) throws {
    let name = try filledTopic(2_000)
    for _ in 0..<5 {
      let consumer = try consumer(group: prefix.map { uniqueName($0) })
      if prefix == nil {
        try consumer.assign([TopicPartition(name, 0): .beginning])
      } else {
        try consumer.subscribe([name])
      }
      #expect(try consumer.nextRecord()?.offset == 0)
      consumer.close()
    }
  }

  @Test("a paused partition gives nothing and goes on exactly where it was")
  func pauses() throws {
    let partition = TopicPartition(try filledTopic(4), 0)
    let consumer = try consumer()
    try consumer.assign([partition: .beginning])
    let first = try consumer.nextRecord()
    #expect(first?.offset == 0)
    try consumer.pause([partition])
    for _ in 1...3 {
      if case .record = try consumer.poll(timeoutMilliseconds: 50, Read.init) { Issue.record("a paused record came") }
    }
    try consumer.resume([partition])
    #expect(try consumer.readToEnd().map(\.offset) == [1, 2, 3])
  }

  @Test("the wake signal's descriptor becomes readable when a record waits")
  func wakes() throws {
    let name = try filledTopic(1)
    let wake = WakeSignal()
    let consumer = try Consumer(SharedServers.broker.kafkaSettings, wake: wake)
    try consumer.assign([TopicPartition(name, 0): .beginning])
    var values: [String?] = []
    while values.isEmpty, Poll.wait([wake.fileDescriptor], timeoutMilliseconds: 10_000) {
      wake.clear()
      if case .record(let read) = try consumer.poll(timeoutMilliseconds: 0, Read.init) { values.append(read.value) }
    }
    #expect(values == ["0"])
  }

  @Test("a start before the oldest record is an error where the policy says so")
  func outOfRange() throws {
    let consumer = try consumer(["auto.offset.reset": "error"])
    try consumer.assign([TopicPartition(try filledTopic(1), 0): .at(99)])
    let error = #expect(throws: KafkaError.self) { _ = try consumer.nextRecord() }
    #expect(error?.code == .autoOffsetReset)
  }

  @Test("storing an offset of a partition that is not assigned is an error")
  func storesForeign() throws {
    let consumer = try consumer()
    #expect(throws: KafkaError.self) { try consumer.storeOffset(TopicPartition("foreign", 0), next: 1) }
  }

  @Test("a closed consumer says so")
  func closed() throws {
    let consumer = try consumer()
    consumer.close()
    let error = #expect(throws: KafkaError.self) { try consumer.subscribe(["t"]) }
    #expect(error?.code == .destroy)
  }
}

extension Consumer {
  /// Up to the end of one partition.
  func readToEnd() throws -> [Read] {
    var records: [Read] = []
    let deadline = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < deadline {
      switch try poll(timeoutMilliseconds: 200, Read.init) {
      case .record(let record): records.append(record)
      case .end: return records
      case .nothing: continue
      }
    }
    Issue.record("the end of the partition did not come")
    return records
  }

  func nextRecord() throws -> Read? {
    let deadline = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < deadline {
      if case .record(let record) = try poll(timeoutMilliseconds: 200, Read.init) { return record }
    }
    return nil
  }
}

private func text(_ span: RawSpan?) -> String {
  guard let span else { return "null" }
  return span.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
}

@Suite struct ConsumerLifeTests {
  @Test("a member of a group whose broker went away can be closed")
  func closesWithoutBroker() throws {
    let cluster = MockCluster()
    cluster.createTopic("events")
    let consumer = try Consumer(cluster.settings(), group: "group")
    var changes: [Rebalance] = []
    var errors: Set<KafkaErrorCode> = []
    consumer.onRebalance = { changes.append($0) }
    consumer.onError = { errors.insert($0.code) }
    try consumer.subscribe(["events"])
    let deadline = ContinuousClock.now + .seconds(20)
    while changes.isEmpty, ContinuousClock.now < deadline { _ = try consumer.poll(timeoutMilliseconds: 200, Read.init) }
    #expect(changes == [.assigned([TopicPartition("events", 0)])])
    cluster.setBroker(up: false)
    while !errors.contains(.allBrokersDown), ContinuousClock.now < deadline {
      _ = try consumer.poll(timeoutMilliseconds: 200, Read.init)
    }
    consumer.close()
    #expect(changes.count == 2)
  }

  @Test("a bad property of a consumer is named")
  func badProperty() {
    let settings = KafkaSettings(bootstrapServers: "127.0.0.1:1", properties: ["auto.offset.reset": "sometimes"])
    let error = #expect(throws: KafkaError.self) { try Consumer(settings) }
    #expect(error?.message.contains("auto.offset.reset") == true)
  }
}
