import Kafka
import Runtime
import TestSupport
import Testing

@Suite(.requires(.broker)) struct ProducerBrokerTests {
  private func read(_ topic: String) throws -> [Read] {
    var settings = try SharedServers.broker.kafkaSettings
    settings.properties["enable.partition.eof"] = "true"
    let consumer = try Consumer(settings)
    try consumer.assign([TopicPartition(topic, 0): .beginning])
    return try consumer.readToEnd()
  }

  @Test("a record over the topic's limit is refused alone when batches stay below it, and the others keep their order")
  func largeAmongSmall() throws {
    let name = uniqueName("limit")
    try SharedServers.broker.makeTopic(name, configuration: ["max.message.bytes": "20000"])
    var settings = try SharedServers.broker.kafkaSettings
    settings.properties["batch.size"] = "15000"
    let producer = try Producer(settings)
    for number in 0..<1_000 {
      let value = number == 500 ? String(repeating: "x", count: 25_000) : "\(number)"
      try producer.send(name, key: "k", value: value, token: UInt(number))
    }
    let reports = producer.collect(timeoutMilliseconds: 30_000)
    #expect(reports.count == 1_000)
    #expect(reports.filter { $0.error != nil }.map { [$0.token: $0.error] } == [[500: .msgSizeTooLarge]])
    #expect(try read(name).map(\.value) == (0..<1_000).filter { $0 != 500 }.map(String.init))
  }

  @Test("records for a missing topic are given back as unknown, to be retried slowly")
  func missingTopic() throws {
    var settings = try SharedServers.broker.kafkaSettings
    settings.properties["topic.metadata.propagation.max.ms"] = "100"
    let producer = try Producer(settings)
    let name = uniqueName("missing")
    try producer.send(name, token: 1)
    let reports = producer.collect(timeoutMilliseconds: 20_000)
    #expect([[.unknownTopic], [.unknownTopicOrPart]].contains(reports.map(\.error)))
    #expect(reports.first?.failure?.disposition == .retry(after: .seconds(10)))
    let error = #expect(throws: KafkaError.self) { try producer.send(name, headers: [("id", "1")], token: 2) }
    #expect(error?.code == .unknownTopic)
    let metadata = try producer.warm(topics: [name], timeoutMilliseconds: 10_000)
    #expect(metadata.map(\.error) == [.unknownTopicOrPart])
  }

  @Test("a topic that appears takes what waited for it")
  func lateTopic() throws {
    let name = uniqueName("late")
    let producer = try Producer(SharedServers.broker.kafkaSettings)
    try producer.send(name, value: "waited", token: 1)
    #expect(!producer.flush(timeoutMilliseconds: 300))
    try SharedServers.broker.makeTopic(name)
    #expect(producer.collect(timeoutMilliseconds: 20_000).map { [$0.token: $0.error] } == [[1: nil]])
    #expect(try read(name).map(\.value) == ["waited"])
  }
}

@Suite(.requires(.kafka)) struct GuardedKafkaTests {
  private func settings(user: String, password: String = "right") throws -> KafkaSettings {
    try SharedServers.guardedKafka.settings(user: user, password: password)
  }

  @Test("who logs in and has the right may write; who has no right is told which one is missing")
  func rights() throws {
    let admin = try Admin(settings(user: "admin"))
    let name = uniqueName("guarded")
    try #require(try admin.createTopics([NewTopic(name, partitions: 1)]) == [TopicResult(topic: name, error: nil)])
    let producer = try Producer(settings(user: "admin"))
    try producer.send(name, token: 1)
    #expect(producer.collect().map { [$0.token: $0.error] } == [[1: nil]])

    let guest = try Admin(settings(user: "guest"))
    let refused = try guest.createTopics([NewTopic(uniqueName("guest"), partitions: 1)])
    #expect(refused.first?.error?.code == .topicAuthorizationFailed)
    let stranger = try Producer(settings(user: "guest"))
    let metadata = try stranger.warm(topics: [name], timeoutMilliseconds: 10_000)
    #expect(metadata.map(\.error) == [.topicAuthorizationFailed])
  }

  @Test("an operator's question about a topic does not make it, where the broker makes topics by itself")
  func asksOnly() throws {
    let admin = try Admin(settings(user: "admin"))
    let name = uniqueName("asked")
    for _ in 1...2 {
      let topics = try admin.describeTopics([name], timeoutMilliseconds: 10_000)
      #expect(topics == [TopicMetadata(name: name, partitions: [], error: .unknownTopicOrPart)])
    }
    #expect(try !admin.metadata(timeoutMilliseconds: 10_000).topics.map(\.name).contains(name))
  }

  @Test("a wrong password is told through onError, without the password, and nothing is given up")
  func wrongPassword() throws {
    let wake = WakeSignal()
    let producer = try Producer(settings(user: "admin", password: "hunter2"), wake: wake)
    var errors: [KafkaError] = []
    producer.onError = { errors.append($0) }
    try producer.send("events", token: 1)
    while !errors.contains(where: { $0.code == .authentication }),
      Poll.wait([wake.fileDescriptor], timeoutMilliseconds: 20_000)
    {
      wake.clear()
      #expect(producer.drain { _ in } == 0)
    }
    #expect(errors.first { $0.code == .authentication }?.disposition == .retry(after: .seconds(10)))
    #expect(!errors.contains { $0.description.contains("hunter2") })
    #expect(producer.waiting >= 1)
  }
}
