import Kafka
import Relay

/// Judges what Kafka told. Pure.
enum KafkaCheck {
  static func findings(_ facts: KafkaFacts) -> [Finding] {
    [
      .ok(
        "brokers",
        "\(facts.brokers) \(facts.brokers == 1 ? "broker answers" : "brokers answer") librdkafka \(facts.library)")
    ]
      + [writing(facts.writing)] + facts.topics.flatMap { topic($0) + rights($0, user: facts.user ?? "NAME") }
  }

  static func unreachable(_ error: KafkaError) -> Finding {
    .failure("brokers", "Kafka does not answer: \(error)", KafkaAdvice.text(error.code))
  }

  private static func writing(_ writing: KafkaFacts.Answer) -> Finding {
    switch writing {
    case .allowed: .ok("write", "an idempotent producer gets its id")
    case .refused(let code):
      .failure(
        "write", "an idempotent producer is refused (\(code))",
        "type kafka-acls --add --allow-principal User:NAME --operation Write --operation Describe "
          + "--topic notification. --resource-pattern-type prefixed")
    case .unanswered:
      .warning("write", "an idempotent producer got no answer in time", "run it again; then see the broker's log")
    }
  }

  private static func topic(_ topic: KafkaFacts.Topic) -> [Finding] {
    if let error = topic.error { return [unusable(topic.name, error)] }
    guard topic.withoutLeader == 0 else {
      return [
        .failure(
          "topic", "\(topic.withoutLeader) of \(topic.partitions) partitions of \(topic.name) have no leader",
          "start the brokers that hold them")
      ]
    }
    let isThin = topic.inSyncReplicas < topic.replicas
    let copies = topic.replicas == 1 ? "one copy" : "\(topic.replicas) copies"
    let seen = "topic \(topic.name) has \(topic.partitions) partitions with \(copies)"
    let first: Finding =
      isThin
      ? .warning(
        "topic", "\(seen), of which only \(topic.inSyncReplicas) are in sync", "see what keeps a broker behind")
      : topic.replicas < 2
        ? .warning(
          "topic", seen, "one copy is lost with its disk: make topics with bongsu topics apply --replication 3")
        : .ok("topic", seen)
    return [first] + settings(topic)
  }

  private static func unusable(_ name: String, _ error: KafkaErrorCode) -> Finding {
    guard error != .unknownTopicOrPart else {
      return .failure("topic", "topic \(name) does not exist", "type bongsu topics apply --bootstrap-servers HOST:PORT")
    }
    return .failure("topic", "topic \(name) cannot be used (\(error))", KafkaAdvice.text(error))
  }

  /// Every row and pointer has to be written; only `relay repair` reads.
  private static func rights(_ topic: KafkaFacts.Topic, user: String) -> [Finding] {
    guard let rights = topic.rights else { return [] }
    func grant(_ operation: String) -> String {
      "type kafka-acls --bootstrap-server HOST:PORT --add --allow-principal User:\(user) --operation \(operation) "
        + "--topic \(topic.name)"
    }
    var findings: [Finding] = []
    if case .refused(let code) = rights.write {
      findings.append(.failure("topic rights", "topic \(topic.name) may not be written to (\(code))", grant("Write")))
    }
    if case .refused(let code) = rights.read {
      let seen = "topic \(topic.name) may not be read (\(code)), as bongsu relay repair does"
      findings.append(.warning("topic rights", seen, grant("Read")))
    }
    if rights.write == .unanswered { findings.append(unasked(topic, "written to")) }
    if rights.read == .unanswered { findings.append(unasked(topic, "read")) }
    return findings.isEmpty ? [.ok("topic rights", "topic \(topic.name) may be written to and read")] : findings
  }

  private static func unasked(_ topic: KafkaFacts.Topic, _ what: String) -> Finding {
    let remedy =
      topic.settings == nil
      ? "let its settings be seen (DescribeConfigs), then run it again" : "run it again; then see the broker's log"
    return .warning("topic rights", "it is not known whether topic \(topic.name) may be \(what)", remedy)
  }

  private static func settings(_ topic: KafkaFacts.Topic) -> [Finding] {
    guard let settings = topic.settings else {
      return [
        .warning(
          "topic settings",
          "the settings of topic \(topic.name) may not be seen, so batches are cut for Kafka's defaults",
          "type kafka-acls --add --allow-principal User:NAME --operation DescribeConfigs --topic \(topic.name)")
      ]
    }
    let findings = inSync(topic, settings) + size(topic, settings) + keeping(topic, settings)
    return findings.isEmpty ? [.ok("topic settings", "topic \(topic.name) keeps what is acknowledged")] : findings
  }

  private static func inSync(_ topic: KafkaFacts.Topic, _ settings: [String: String]) -> [Finding] {
    let needed = settings["min.insync.replicas"].flatMap { Int($0) } ?? 1
    if needed > topic.replicas {
      return [
        .failure(
          "min.insync.replicas",
          "topic \(topic.name) wants \(needed) copies in sync and has \(topic.replicas), so it takes nothing",
          "type bongsu topics apply, or add copies with kafka-reassign-partitions")
      ]
    }
    guard topic.replicas >= 3, needed < 2 else { return [] }
    return [
      .warning(
        "min.insync.replicas", "topic \(topic.name) acknowledges what one broker alone has",
        "type bongsu topics apply --replication \(topic.replicas)")
    ]
  }

  private static func size(_ topic: KafkaFacts.Topic, _ settings: [String: String]) -> [Finding] {
    guard let limit = settings["max.message.bytes"].flatMap({ Int($0) }), limit < 1_000_000 else { return [] }
    return [
      .warning(
        "max.message.bytes", "topic \(topic.name) takes records up to \(limit) bytes; larger rows become pointers",
        "type bongsu topics apply, which sets 1048588")
    ]
  }

  private static func keeping(_ topic: KafkaFacts.Topic, _ settings: [String: String]) -> [Finding] {
    var findings: [Finding] = []
    if settings["unclean.leader.election.enable"] == "true" {
      findings.append(
        .warning(
          "unclean.leader.election.enable", "topic \(topic.name) may lose what was acknowledged when brokers fail",
          "type bongsu topics apply, which turns unclean.leader.election.enable off"))
    }
    if settings["cleanup.policy"]?.contains("compact") == true {
      findings.append(
        .failure(
          "cleanup.policy", "topic \(topic.name) is compacted: of each key only the last event stays",
          "type bongsu topics apply, which sets cleanup.policy to delete"))
    }
    return findings
  }
}
