import Administration
import Kafka
import LocalServers
import NotificationModel
import TestSupport
import Testing

/// The commands against brokers of their own, since the topics' names are fixed.
@Suite("bongsu topics", .requires(.broker), .serialized)
struct TopicsCommandTests {
  private func topics(
    _ command: String, _ settings: KafkaSettings, _ options: String...
  ) throws -> (status: ChildExit, text: String) {
    let sets = settings.properties.sorted { $0.key < $1.key }.flatMap { ["--set", "kafka.properties.\($0)=\($1)"] }
    let result = try BongsuProcess.run(
      ["topics", command, "--bootstrap-servers", settings.bootstrapServers] + sets + options)
    return (result.exit, result.lines.joined(separator: "\n"))
  }

  @Test func `apply makes them, a second time changes nothing, and what was changed by hand is put back`() throws {
    let kafka = try BrokerChoice.current.start()
    let settings = kafka.kafkaSettings
    let before = try topics("plan", settings, "--partitions", "2")
    #expect(before.status == .code(3))
    #expect(before.text.contains("warning: one copy of each record"))
    #expect(try topics("apply", settings, "--partitions", "2").status.isSuccess)
    try eventually("nothing is left to do") { try topics("plan", settings, "--partitions", "2").status.isSuccess }
    #expect(try topics("apply", settings, "--partitions", "2").text.contains("Nothing to do."))

    let admin = try Admin(settings)
    let retry = try admin.configuration(of: .topic("notification.retry.1m"))
    #expect(retry.first { $0.name == "message.timestamp.type" }?.value == "LogAppendTime")
    #expect(retry.first { $0.name == "max.message.bytes" }?.value == "1114124")

    try admin.alterConfiguration(
      ofTopic: "notification.dlq", set: ["retention.ms": "1000", "segment.bytes": "2000000"])
    try eventually("the change is seen") { try !topics("plan", settings, "--partitions", "2").status.isSuccess }
    #expect(try topics("apply", settings, "--partitions", "2").status.isSuccess)
    try eventually("it is put back") { try topics("plan", settings, "--partitions", "2").status.isSuccess }
    let dlq = try admin.configuration(of: .topic("notification.dlq"))
    #expect(dlq.first { $0.name == "segment.bytes" }?.value == "2000000", "the operator's own stays")

    let refused = try topics("apply", settings, "--partitions", "3")
    #expect(refused.status == .code(1))
    #expect(refused.text.contains("--allow-repartition"))
    #expect(try admin.describeTopics(["notification.events"], timeoutMilliseconds: 10_000)[0].partitions.count == 2)
    #expect(try topics("apply", settings, "--partitions", "3", "--allow-repartition").status.isSuccess)
    try eventually("they are there") { try topics("plan", settings, "--partitions", "3").status.isSuccess }
  }

  @Test func `a way of its own has topics of its own, which are made by their prefix beside the others`() throws {
    let kafka = try BrokerChoice.current.start()
    let settings = kafka.kafkaSettings
    #expect(try topics("apply", settings, "--partitions", "2", "--prefix", "bulk.").status.isSuccess)
    try eventually("nothing is left to do") {
      try topics("plan", settings, "--partitions", "2", "--prefix", "bulk.").status.isSuccess
    }
    let admin = try Admin(settings)
    let names = try admin.metadata(timeoutMilliseconds: 10_000).topics.map(\.name).filter { !$0.hasPrefix("__") }
    #expect(Set(names) == Set(NotificationTopic.all.map { $0.name(prefix: "bulk.") }))
    let retry = try admin.configuration(of: .topic("bulk.retry.1m"))
    #expect(retry.first { $0.name == "message.timestamp.type" }?.value == "LogAppendTime")
    let others = try topics("plan", settings, "--partitions", "2")
    #expect(others.status == .code(3) && others.text.contains("14 to create"), "\(others.text)")
    // As the roles of that way are told.
    let same = try topics("plan", settings, "--partitions", "2", "--set", "router.topicPrefix=bulk.")
    #expect(same.status.isSuccess && same.text.contains("bulk.push.ios"), "\(same.text)")
  }

  @Test(arguments: ["a b", "bulk/"]) func `a prefix that Kafka does not take is refused`(prefix: String) throws {
    let refused = try topics("plan", KafkaSettings(bootstrapServers: "127.0.0.1:1"), "--prefix", prefix)
    #expect(refused.status == .code(2) && refused.text.contains("router.topicPrefix needs"), "\(refused.text)")
  }

  @Test(.requires(.kafka)) func `a missing right is named with what to type, and no password is shown`() throws {
    let settings = try SharedServers.guardedKafka.settings(user: "guest")
    for command in ["plan", "apply"] {
      let refused = try topics(command, settings)
      #expect(refused.status == .code(1))
      #expect(refused.text.contains("kafka-acls --add"), "\(refused.text)")
    }
    let unknown = try topics("plan", SharedServers.guardedKafka.settings(user: "admin", password: "hunter2"))
    #expect(unknown.status == .code(1))
    #expect(unknown.text.contains("check sasl.mechanism"), "\(unknown.text)")
    #expect(!unknown.text.contains("hunter2"))
  }

  @Test func `nobody listening and too many copies are told apart`() throws {
    let port = try ClosedPort()
    let silent = try topics("plan", KafkaSettings(bootstrapServers: "127.0.0.1:\(port.number)"))
    #expect(silent.status == .code(1))
    #expect(silent.text.contains("check that the brokers run"), "\(silent.text)")
    let copies = try topics("apply", SharedServers.broker.kafkaSettings, "--replication", "3")
    #expect(copies.status == .code(1))
    #expect(copies.text.contains("smaller --replication"), "\(copies.text)")
  }
}
