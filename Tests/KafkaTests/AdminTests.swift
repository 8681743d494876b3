import Kafka
import Runtime
import TestSupport
import Testing

@Suite(.requires(.broker)) struct AdminTests {
  @Test("topics are made, described, altered, widened and deleted")
  func lifecycle() throws {
    let admin = try Admin(SharedServers.broker.kafkaSettings)
    let name = uniqueName("admin")
    let topic = NewTopic(
      name, partitions: 3, configuration: ["retention.ms": "86400000", "max.message.bytes": "20000"])
    #expect(try admin.createTopics([topic], validateOnly: true) == [TopicResult(topic: name, error: nil)])
    #expect(try admin.describe(name).error == .unknownTopicOrPart)
    #expect(try admin.createTopics([topic]) == [TopicResult(topic: name, error: nil)])
    #expect(try admin.createTopics([topic]).first?.error?.code == .topicAlreadyExists)
    try admin.awaitPartitions(3, of: name)
    #expect(try admin.value("max.message.bytes", of: name) == "20000")

    try admin.alterConfiguration(ofTopic: name, set: ["max.message.bytes": "30000"])
    try eventually("the setting is in force") { try admin.value("max.message.bytes", of: name) == "30000" }
    #expect(try admin.value("retention.ms", of: name) == "86400000")

    #expect(try admin.createPartitions([name: 5]) == [TopicResult(topic: name, error: nil)])
    try admin.awaitPartitions(5, of: name)
    #expect(try admin.createPartitions([name: 2]).first?.error?.code == .invalidPartitions)
    #expect(try admin.deleteTopics([name]) == [TopicResult(topic: name, error: nil)])
    #expect(try admin.deleteTopics([uniqueName("missing")]).first?.error?.code == .unknownTopicOrPart)
  }

  @Test("a setting that the broker does not know or accept is refused with its words")
  func refusedSetting() throws {
    let admin = try Admin(SharedServers.broker.kafkaSettings)
    let name = uniqueName("admin")
    let bad = try admin.createTopics([NewTopic(name, partitions: 1, configuration: ["retention.ms": "long"])])
    #expect(bad.first?.error?.code == .invalidConfig)
    #expect(bad.first?.error?.message.contains("retention.ms") == true)
    try SharedServers.broker.makeTopic(name)
    let error = #expect(throws: KafkaError.self) {
      try admin.alterConfiguration(ofTopic: name, set: ["retention.msec": "1"])
    }
    #expect(error?.code == .invalidConfig)
  }

  @Test("the settings of a missing topic are an error to retry slowly")
  func missingTopic() throws {
    let admin = try Admin(SharedServers.broker.kafkaSettings)
    let error = #expect(throws: KafkaError.self) { try admin.configuration(of: .topic(uniqueName("missing"))) }
    #expect(error?.code == .unknownTopicOrPart)
  }

  @Test("a number of partitions that cannot be is refused without asking")
  func impossible() throws {
    let admin = try Admin(KafkaSettings(bootstrapServers: "127.0.0.1:1"))
    let error = #expect(throws: KafkaError.self) { try admin.createTopics([NewTopic("t", partitions: -5)]) }
    #expect(error?.code == .invalidArg)
  }

  @Test("the cluster tells its id, controller, brokers and their settings")
  func cluster() throws {
    let kafka = try SharedServers.broker
    let admin = try Admin(kafka.kafkaSettings)
    #expect(try admin.clusterID(timeoutMilliseconds: 10_000)?.isEmpty == false)
    #expect(try admin.controllerID(timeoutMilliseconds: 10_000) == 1)
    let metadata = try admin.metadata(timeoutMilliseconds: 10_000)
    #expect(metadata.brokers.map(\.id) == [1])
    #expect(metadata.brokers.map { "\($0.host):\($0.port)" } == [kafka.kafkaSettings.bootstrapServers])
    let entries = try admin.configuration(of: .broker(1))
    #expect(entries.first { $0.name == "auto.create.topics.enable" }?.value == "false")
    #expect(entries.first { $0.name == "auto.create.topics.enable" }?.source == .broker)
    #expect(entries.first { $0.name == "message.max.bytes" }?.source == .default)
  }
}

@Suite struct AdminWithoutBrokerTests {
  @Test("a request that nobody answers ends at its time-out and the reason is heard")
  func timesOut() throws {
    let port = try ClosedPort()
    let admin = try Admin(port.settings)
    var heard: Set<KafkaErrorCode> = []
    admin.onError = { heard.insert($0.code) }
    let error = #expect(throws: KafkaError.self) {
      try admin.createTopics([NewTopic("t", partitions: 1)], timeoutMilliseconds: 500)
    }
    #expect(error?.disposition == .retry(after: nil))
    #expect(heard.contains(.transport))
  }
}

extension Admin {
  fileprivate func describe(_ name: String) throws -> TopicMetadata {
    try #require(describeTopics([name], timeoutMilliseconds: 10_000).first)
  }

  fileprivate func value(_ setting: String, of name: String) throws -> String? {
    try configuration(of: .topic(name)).first { $0.name == setting }?.value
  }

  fileprivate func awaitPartitions(_ count: Int, of name: String) throws {
    try eventually("the topic has its partitions") { try describe(name).partitions.count == count }
  }
}
