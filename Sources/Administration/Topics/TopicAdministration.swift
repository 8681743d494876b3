public import Kafka
public import NotificationModel

/// Why topics could not be compared or changed; it says what to do.
public struct TopicError: Error, Equatable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}

/// Compares the topics of a cluster with what they should be, and brings them there.
public final class TopicAdministration {
  private static let timeout = 5_000
  private let admin: Admin
  private var lastError: KafkaError?

  /// - Throws: `KafkaError` naming a property that cannot be used.
  public init(_ settings: KafkaSettings) throws(KafkaError) {
    admin = try Admin(settings)
    admin.onError = { [weak self] in self?.lastError = $0 }
  }

  /// How many brokers the cluster has.
  public func brokerCount() throws(TopicError) -> Int {
    try explained("the cluster cannot be asked") { () throws(KafkaError) in
      try admin.metadata(timeoutMilliseconds: Self.timeout).brokers.count
    }
  }

  /// - Parameters:
  ///   - topics: those to look at.
  ///   - prefix: what their names begin with.
  public func plan(
    _ layout: TopicLayout, topics: [NotificationTopic] = NotificationTopic.all, prefix: String = "notification."
  ) throws(TopicError) -> TopicPlan {
    var found: [FoundTopic] = []
    for topic in topics { if let topic = try look(topic.name(prefix: prefix)) { found.append(topic) } }
    return TopicPlan(layout, found: found, topics: topics, prefix: prefix)
  }

  /// Does what the plan says, topic by topic; what was done stays when a later step fails.
  /// - Parameter allowRepartition: also raises numbers of partitions. Without it a plan that does so changes nothing.
  public func apply(_ plan: TopicPlan, allowRepartition: Bool) throws(TopicError) {
    guard allowRepartition || plan.repartitioned.isEmpty else {
      throw TopicError(
        "\(plan.repartitioned.joined(separator: ", ")) would get more partitions, and keys would move to others: "
          + "nothing was changed; let the consumers catch up and add --allow-repartition")
    }
    for step in plan.steps { try apply(step, plan.layout) }
  }

  private func look(_ name: String) throws(TopicError) -> FoundTopic? {
    let doing = "topic \(name) cannot be looked at"
    let topics = try explained(doing) { () throws(KafkaError) in
      try admin.describeTopics([name], timeoutMilliseconds: Self.timeout)
    }
    guard let topic = topics.first, topic.error != .unknownTopicOrPart else { return nil }
    if let code = topic.error { throw Self.error(doing, KafkaError(code)) }
    let entries = try explained(doing) { () throws(KafkaError) in try admin.configuration(of: .topic(name)) }
    return FoundTopic(
      name: name, partitions: topic.partitions.count, replication: topic.partitions.map(\.replicas.count).min() ?? 0,
      configuration: Dictionary(entries.compactMap { entry in entry.value.map { (entry.name, $0) } }) { $1 })
  }

  private func apply(_ step: TopicStep, _ layout: TopicLayout) throws(TopicError) {
    let name = step.name
    if step.isMissing {
      let topic = NewTopic(
        name, partitions: layout.partitions, replicationFactor: layout.replication,
        configuration: layout.configuration(of: step.topic))
      try settle("topic \(name) cannot be created") { () throws(KafkaError) in try admin.createTopics([topic]) }
    }
    if step.growsFrom != nil {
      try settle("topic \(name) cannot have more partitions") { () throws(KafkaError) in
        try admin.createPartitions([name: layout.partitions])
      }
    }
    if !step.settings.isEmpty {
      let values = Dictionary(step.settings.map { ($0.name, $0.to) }) { $1 }
      try explained("topic \(name) cannot be set") { () throws(KafkaError) in
        try admin.alterConfiguration(ofTopic: name, set: values)
      }
    }
  }

  private func settle(_ doing: String, _ request: () throws(KafkaError) -> [TopicResult]) throws(TopicError) {
    guard let error = try explained(doing, request).first?.error else { return }
    // The broker that was asked may learn of a topic a moment after it was made.
    if error.code != .topicAlreadyExists { throw Self.error(doing, error) }
  }

  /// A request that nobody answered says why: what the client heard meanwhile.
  private func explained<T>(_ doing: String, _ request: () throws(KafkaError) -> T) throws(TopicError) -> T {
    do {
      return try request()
    } catch {
      let isSilence = [.timedOut, .transport, .allBrokersDown].contains(error.code)
      throw Self.error(doing, isSilence ? lastError ?? error : error)
    }
  }

  private static func error(_ doing: String, _ error: KafkaError) -> TopicError {
    TopicError("\(doing): \(error); \(KafkaAdvice.text(error.code))")
  }
}
