import Kafka
import Runtime
import Testing

@Suite struct ProducerTests {
  @Test("every record is acknowledged once, with its token and an offset")
  func acknowledges() throws {
    let cluster = MockCluster()
    cluster.createTopic("events", partitions: 3)
    let producer = try Producer(cluster.settings())
    for token in 1...100 { try producer.send("events", key: "k\(token)", token: UInt(token)) }
    let reports = producer.collect()
    #expect(reports.map(\.token).sorted() == Array(1...100))
    #expect(reports.allSatisfy { $0.error == nil && $0.offset != nil && $0.latencyMicroseconds > 0 })
    #expect(producer.waiting == 0)
  }

  @Test("the wake signal's descriptor becomes readable when an acknowledgement waits")
  func wakes() throws {
    let cluster = MockCluster()
    cluster.createTopic("events")
    let wake = WakeSignal()
    let producer = try Producer(cluster.settings(), wake: wake)
    for token: UInt in 1...2 {
      try producer.send("events", token: token)
      var tokens: [UInt] = []
      while tokens.isEmpty, Poll.wait([wake.fileDescriptor], timeoutMilliseconds: 10_000) {
        wake.clear()
        producer.drain { tokens.append($0.token) }
      }
      #expect(tokens == [token])
    }
    #expect(!wake.clear())
  }

  @Test("a record over message.max.bytes is refused at once, its headers stay and no report comes")
  func refusesTooLarge() throws {
    let cluster = MockCluster()
    cluster.createTopic("events")
    let producer = try Producer(cluster.settings(["message.max.bytes": "2000"]))
    let topic = try producer.topic("events")
    var headers = RecordHeaders()
    headers.add("id", "1".utf8Span.span.bytes)
    let large = [UInt8](repeating: 1, count: 3_000)
    let error = #expect(throws: KafkaError.self) {
      try producer.produce(topic, key: nil, value: large.span.bytes, headers: &headers, token: 1)
    }
    #expect(error?.code == .msgSizeTooLarge)
    #expect(error?.disposition == .reject(error?.description ?? ""))
    #expect(headers.count == 1)
    let small = [UInt8](repeating: 1, count: 100)
    try producer.produce(topic, key: nil, value: small.span.bytes, headers: &headers, token: 2)
    #expect(headers.count == 0)
    #expect(producer.collect().map(\.token) == [2])
  }

  @Test(
    "a record that the broker refuses is reported alone and the next one passes",
    arguments: [
      KafkaErrorCode.msgSizeTooLarge, .policyViolation, .invalidRecord,
    ])
  func reportsRefusal(code: KafkaErrorCode) throws {
    let cluster = MockCluster()
    cluster.createTopic("events")
    let producer = try Producer(cluster.settings())
    cluster.pushErrors([code], toRequest: MockCluster.produceRequest)
    try producer.send("events", token: 1)
    let refused = producer.collect()
    #expect(refused.map(\.error) == [code])
    guard case .reject = refused.first?.failure?.disposition else {
      Issue.record("\(code) does not reject the record")
      return
    }
    try producer.send("events", token: 2)
    #expect(producer.collect().map { [$0.token: $0.error] } == [[2: nil]])
    #expect(producer.fatalError == nil)
  }

  @Test("a refused record comes back whole with its report")
  func givesRecordBack() throws {
    let cluster = MockCluster()
    cluster.createTopic("events")
    let wake = WakeSignal()
    let producer = try Producer(cluster.settings(), wake: wake)
    cluster.pushErrors([.invalidRecord], toRequest: MockCluster.produceRequest)
    try producer.send("events", key: "", value: nil, headers: [("id", "1"), ("id", "2"), ("none", nil)], token: 9)
    var seen: [String] = []
    while seen.isEmpty, Poll.wait([wake.fileDescriptor], timeoutMilliseconds: 10_000) {
      wake.clear()
      producer.drainRecords { report, record in
        let key = record.withKey { key in if let key { key.byteCount } else { -1 } }
        let value = record.withValue { value in if let value { value.byteCount } else { -1 } }
        seen.append("\(report.token) \(record.topic) key \(key) value \(value)")
        seen += ["id", "none", "other"].map { record.header($0) ?? "nil" }
      }
    }
    #expect(seen == ["9 events key 0 value -1", "2", "nil", "nil"])
  }

  @Test("too few replicas are waited for and the record is delivered")
  func retriesReplicas() throws {
    let cluster = MockCluster()
    cluster.createTopic("events")
    let producer = try Producer(cluster.settings(["retry.backoff.ms": "10"]))
    cluster.pushErrors([.notEnoughReplicas, .notEnoughReplicasAfterAppend], toRequest: MockCluster.produceRequest)
    try producer.send("events", token: 7)
    #expect(producer.collect().map { [$0.token: $0.error] } == [[7: nil]])
  }

  @Test("a topic without the right to write fails its record, then refuses at once without losing the headers")
  func unauthorized() throws {
    let cluster = MockCluster()
    cluster.createTopic("events")
    let producer = try Producer(cluster.settings())
    let topic = try producer.topic("events")
    cluster.pushErrors([.topicAuthorizationFailed], toRequest: MockCluster.produceRequest)
    try producer.send("events", headers: [("id", "1")], token: 1)
    #expect(producer.collect().map(\.error) == [.topicAuthorizationFailed])
    var headers = RecordHeaders()
    headers.add("id", "2".utf8Span.span.bytes)
    for _ in 1...3 {
      let error = #expect(throws: KafkaError.self) {
        try producer.produce(topic, key: nil, value: nil, headers: &headers, token: 2)
      }
      #expect(error?.code == .topicAuthorizationFailed)
      #expect(error?.disposition == .retry(after: .seconds(10)))
    }
    #expect(headers.count == 1)
    #expect(producer.drain { _ in } == 0)
  }

  @Test("a full queue refuses and takes records again once it was drained")
  func queueFull() throws {
    let cluster = MockCluster()
    cluster.createTopic("events")
    let producer = try Producer(cluster.settings(["queue.buffering.max.messages": "5"]))
    for token: UInt in 1...5 { try producer.send("events", token: token) }
    let error = #expect(throws: KafkaError.self) { try producer.send("events", token: 6) }
    #expect(error?.code == .queueFull)
    #expect(error?.disposition == .retry(after: nil))
    #expect(producer.collect().count == 5)
    try producer.send("events", token: 6)
    #expect(producer.collect().map(\.token) == [6])
  }
}

@Suite struct PartitioningTests {
  /// Hashes as Kafka's own tests for Java have them.
  @Test(
    "keys go to the partitions where Java clients put them",
    arguments: [
      ("21", -973_932_308), ("foobar", -790_332_482), ("a-little-bit-long-string", -985_981_536), ("abc", 479_470_107),
    ] as [(String, Int32)])
  func murmur2(key: String, hash: Int32) throws {
    let cluster = MockCluster()
    cluster.createTopic("events", partitions: 7)
    let producer = try Producer(cluster.settings())
    try producer.warm(topics: ["events"], timeoutMilliseconds: 10_000)
    try producer.send("events", key: key)
    #expect(producer.collect().map(\.partition) == [(hash & 0x7fff_ffff) % 7])
  }
}
