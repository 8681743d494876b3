import Kafka
import Relay
import Testing

@testable import Administration

@Suite("What a doctor makes of Kafka")
struct KafkaCheckTests {
  private static let topic = KafkaFacts.Topic(
    name: "notification.events", partitions: 6, replicas: 3, inSyncReplicas: 3,
    settings: [
      "min.insync.replicas": "2", "max.message.bytes": "1048588", "cleanup.policy": "delete",
      "unclean.leader.election.enable": "false",
    ], rights: .init(write: .allowed, read: .allowed))

  private func findings(_ change: (inout KafkaFacts) -> Void = { _ in }) -> [Finding] {
    var facts = KafkaFacts(brokers: 3, library: "2.0.2", topics: [Self.topic], writing: .allowed)
    change(&facts)
    return KafkaCheck.findings(facts)
  }

  @Test func `a sound cluster has nothing to mend`() {
    #expect(findings().map(\.check) == ["brokers", "write", "topic", "topic settings", "topic rights"])
    #expect(findings().allSatisfy { $0.level == .ok })
  }

  @Test(
    arguments: [
      Case("write", .failure, "--operation Write") { $0.writing = .refused(.clusterAuthorizationFailed) },
      Case("write", .warning, "no answer in time") { $0.writing = .unanswered },
      Case("topic", .failure, "bongsu topics apply") { $0.topics[0].error = .unknownTopicOrPart },
      Case("topic", .failure, "kafka-acls --add") { $0.topics[0].error = .topicAuthorizationFailed },
      Case("topic", .failure, "have no leader") { $0.topics[0].withoutLeader = 2 },
      Case("topic", .warning, "only 2 are in sync") { $0.topics[0].inSyncReplicas = 2 },
      Case("topic settings", .warning, "DescribeConfigs") { $0.topics[0].settings = nil },
      Case("topic rights", .failure, "User:relay --operation Write --topic notification.events") {
        $0.user = "relay"
        $0.topics[0].rights?.write = .refused(.topicAuthorizationFailed)
      },
      Case("topic rights", .warning, "User:NAME --operation Read --topic notification.events") {
        $0.topics[0].rights?.read = .refused(.topicAuthorizationFailed)
      },
      Case("topic rights", .warning, "run it again") { $0.topics[0].rights?.write = .unanswered },
      Case("min.insync.replicas", .failure, "takes nothing") { $0.topics[0].settings?["min.insync.replicas"] = "4" },
      Case("min.insync.replicas", .warning, "one broker alone") { $0.topics[0].settings?["min.insync.replicas"] = "1" },
      Case("max.message.bytes", .warning, "up to 20000 bytes") {
        $0.topics[0].settings?["max.message.bytes"] = "20000"
      },
      Case("unclean.leader.election.enable", .warning, "may lose") {
        $0.topics[0].settings?["unclean.leader.election.enable"] = "true"
      },
      Case("cleanup.policy", .failure, "compacted") { $0.topics[0].settings?["cleanup.policy"] = "compact,delete" },
    ])
  fileprivate func `each trouble alone is found, with what to do`(trouble: Case) {
    let found = findings(trouble.change).filter { $0.level != .ok }
    #expect(found.map(\.check) == [trouble.check])
    #expect(found.map(\.level) == [trouble.level])
    #expect(found.first?.description.contains(trouble.words) == true, "\(found)")
  }

  @Test func `one copy is a warning`() {
    let found = findings {
      $0.topics[0].replicas = 1
      $0.topics[0].inSyncReplicas = 1
      $0.topics[0].settings?["min.insync.replicas"] = "1"
    }
    #expect(found.filter { $0.level != .ok }.map { $0.remedy?.contains("--replication 3") } == [true])
  }
}

/// One thing that is wrong, and how it is to be found.
private struct Case: Sendable {
  let check: String
  let level: Finding.Level
  let words: String
  let change: @Sendable (inout KafkaFacts) -> Void

  init(
    _ check: String, _ level: Finding.Level, _ words: String, _ change: @escaping @Sendable (inout KafkaFacts) -> Void
  ) {
    (self.check, self.level, self.words, self.change) = (check, level, words, change)
  }
}
