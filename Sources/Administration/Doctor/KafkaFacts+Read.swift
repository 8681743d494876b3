import Kafka
import Runtime

extension KafkaFacts {
  private static let timeout = 5_000

  /// - Throws: why no broker answered: a refused log-in or a broken connection rather than the silence that follows.
  static func read(_ settings: KafkaSettings, topics: [String]) throws(KafkaError) -> KafkaFacts {
    let admin = try Admin(settings)
    defer { admin.close() }
    var facts = try admin.explained { (admin) throws(KafkaError) in
      let metadata = try admin.metadata(timeoutMilliseconds: timeout)
      var found: [Topic] = []
      for name in topics { found.append(try topic(name, admin)) }
      return KafkaFacts(
        brokers: metadata.brokers.count, library: KafkaLibrary.version, topics: found, writing: try writing(settings))
    }
    facts.user = settings.properties["sasl.username"] ?? settings.properties["sasl.kerberos.principal"]
    let usable = facts.topics.filter { $0.error == nil && $0.withoutLeader == 0 }
    let rights = try TopicRights(settings).ask(usable)
    for index in facts.topics.indices { facts.topics[index].rights = rights[facts.topics[index].name] }
    return facts
  }

  private static func topic(_ name: String, _ admin: Admin) throws(KafkaError) -> Topic {
    guard let found = try admin.describeTopics([name], timeoutMilliseconds: timeout).first, found.error == nil else {
      let error = try admin.describeTopics([name], timeoutMilliseconds: timeout).first?.error
      return Topic(name: name, error: error ?? .unknownTopicOrPart)
    }
    return Topic(
      name: name, partitions: found.partitions.count,
      withoutLeader: found.partitions.count { $0.leader == nil },
      replicas: found.partitions.map(\.replicas.count).min() ?? 0,
      inSyncReplicas: found.partitions.map(\.inSyncReplicas.count).min() ?? 0,
      settings: try settings(name, admin))
  }

  private static func settings(_ name: String, _ admin: Admin) throws(KafkaError) -> [String: String]? {
    do {
      let entries = try admin.configuration(of: .topic(name), timeoutMilliseconds: timeout)
      return Dictionary(entries.compactMap { entry in entry.value.map { (entry.name, $0) } }) { $1 }
    } catch {
      guard error.code == .topicAuthorizationFailed || error.code == .clusterAuthorizationFailed else { throw error }
      return nil
    }
  }

  /// An idempotent producer asks for its id as soon as it is connected. librdkafka tells that it has one only in its
  /// debug log.
  private static func writing(_ settings: KafkaSettings) throws(KafkaError) -> Answer {
    var settings = settings
    settings.properties["debug"] = "eos"
    let wake = WakeSignal()
    let producer = try Producer(settings, wake: wake)
    defer { producer.close() }
    var result = Answer.unanswered
    producer.onLog = { if $0.text.contains("Acquired PID") { result = .allowed } }
    producer.onError = { if refusals.contains($0.code) { result = .refused($0.code) } }
    let deadline = ContinuousClock.now + .milliseconds(timeout)
    while result == .unanswered, ContinuousClock.now < deadline {
      _ = Poll.wait([wake.fileDescriptor], timeoutMilliseconds: 100)
      wake.clear()
      producer.drain { _ in }
      if let fatal = producer.fatalError { result = .refused(fatal.code) }
    }
    return result
  }

  private static let refusals: Set<KafkaErrorCode> = [
    .clusterAuthorizationFailed, .topicAuthorizationFailed, .transactionalIDAuthorizationFailed,
  ]
}
