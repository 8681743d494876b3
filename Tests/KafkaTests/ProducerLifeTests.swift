import Kafka
import Runtime
import TestSupport
import Testing

@Suite struct ProducerLifeTests {
  @Test("after a fatal error records are refused with its cause, waiting ones are purged, a new producer works")
  func fatal() throws {
    let cluster = MockCluster()
    cluster.createTopic("events")
    cluster.setBroker(up: false)
    let producer = try Producer(cluster.settings())
    var heard: [KafkaError] = []
    producer.onError = { heard.append($0) }
    try producer.send("events", token: 1)
    #expect(producer.fatalError == nil)
    producer.injectFatalError(.outOfOrderSequenceNumber, reason: "a test")
    #expect(producer.fatalError?.code == .outOfOrderSequenceNumber)
    let error = #expect(throws: KafkaError.self) { try producer.send("events", token: 2) }
    #expect(error?.isFatal == true)
    #expect(error?.code == .outOfOrderSequenceNumber)
    #expect(error?.disposition == .retry(after: nil))
    #expect(producer.collect().map { [$0.token: $0.error] } == [[1: .purgeQueue]])
    #expect(heard.contains { $0.isFatal && $0.code == .outOfOrderSequenceNumber })
    producer.close()
    cluster.setBroker(up: true)
    let next = try Producer(cluster.settings())
    try next.send("events", token: 3)
    #expect(next.collect().map { [$0.token: $0.error] } == [[3: nil]])
  }

  @Test("purging reports every record that waits")
  func purge() throws {
    let cluster = MockCluster()
    cluster.createTopic("events")
    cluster.setBroker(up: false)
    let producer = try Producer(cluster.settings())
    for token: UInt in 1...3 { try producer.send("events", token: token) }
    #expect(producer.waiting >= 3)
    producer.purge()
    let reports = producer.collect()
    #expect(reports.map(\.token) == [1, 2, 3])
    #expect(reports.allSatisfy { $0.error == .purgeQueue || $0.error == .purgeInflight })
  }

  @Test("closing with records that can never be sent, or an answer that does not come, waits for neither")
  func closesAtOnce() throws {
    let cluster = MockCluster()
    cluster.createTopic("events")
    let producer = try Producer(cluster.settings())
    try producer.warm(topics: ["events"], timeoutMilliseconds: 10_000)
    cluster.setRoundTrip(milliseconds: 60_000)
    for token: UInt in 1...3 { try producer.send("events", token: token) }
    #expect(!producer.flush(timeoutMilliseconds: 100))
    producer.close()
    #expect(producer.waiting == 0)
    let error = #expect(throws: KafkaError.self) { try producer.send("events") }
    #expect(error?.code == .destroy)
  }

  @Test("brokers that cannot be reached are told through onError, and log lines through onLog")
  func tellsErrors() throws {
    let port = try ClosedPort()
    let wake = WakeSignal()
    let producer = try Producer(port.settings, wake: wake)
    var errors: Set<KafkaErrorCode> = []
    var logs: [KafkaLog] = []
    producer.onError = { errors.insert($0.code) }
    producer.onLog = { logs.append($0) }
    while !errors.contains(.allBrokersDown), Poll.wait([wake.fileDescriptor], timeoutMilliseconds: 10_000) {
      wake.clear()
      producer.drain { _ in }
    }
    #expect(errors.isSuperset(of: [.transport, .allBrokersDown]))
    #expect(logs.contains { $0.facility == "FAIL" && $0.level == 3 && $0.text.contains("refused") })
  }

  @Test("warming tells partitions and leaders, and which topic is forbidden")
  func warms() throws {
    let cluster = MockCluster()
    cluster.createTopic("events", partitions: 3)
    cluster.createTopic("hidden")
    cluster.setError(.topicAuthorizationFailed, ofTopic: "hidden")
    let producer = try Producer(cluster.settings())
    let topics = try producer.warm(topics: ["events", "hidden"], timeoutMilliseconds: 10_000)
    #expect(topics.map(\.name) == ["events", "hidden"])
    #expect(topics[0].partitions.map(\.id) == [0, 1, 2])
    #expect(topics[0].partitions.allSatisfy { $0.leader == 1 })
    #expect(topics.map(\.error) == [nil, .topicAuthorizationFailed])
  }

  @Test("warming without a broker ends at its time-out with an error to retry")
  func warmsInVain() throws {
    let port = try ClosedPort()
    let producer = try Producer(port.settings)
    let error = #expect(throws: KafkaError.self) {
      try producer.warm(topics: ["events"], timeoutMilliseconds: 200)
    }
    #expect(error?.disposition == .retry(after: nil))
  }
}
