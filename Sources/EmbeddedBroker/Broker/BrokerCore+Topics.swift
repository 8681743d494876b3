extension BrokerCore {
  func createTopics(_ request: CreateTopicsAPI.Request, _ exchange: Exchange) {
    let repeated = Dictionary(grouping: request.topics, by: \.name).filter { $0.value.count > 1 }
    let results = request.topics.map { topic in
      var result = CreateTopicsAPI.TopicResult(name: topic.name)
      do throws(PartitionError) {
        if repeated[topic.name] != nil { throw PartitionError(.invalidRequest, "the topic is named twice") }
        let made = try create(topic, validatesOnly: request.validatesOnly)
        result.partitions = made.partitions
        result.replicationFactor = 1
        result.settings = describedSettings(made)
        if !request.validatesOnly { result.id = made.id }
      } catch {
        result.error = error.code
        result.message = error.description
      }
      return result
    }
    exchange.reply(CreateTopicsAPI.self, CreateTopicsAPI.Response(topics: results))
  }

  private func create(_ asked: CreateTopicsAPI.Topic, validatesOnly: Bool) throws(PartitionError) -> Topic {
    let count = try partitionCount(asked)
    var values: [String: String] = [:]
    for setting in asked.settings {
      guard let value = setting.value else {
        throw PartitionError(.invalidConfiguration, "\(setting.name) has no value")
      }
      values[setting.name] = value
    }
    let configuration = try TopicConfiguration(values)
    if validatesOnly {
      let topic = Topic(name: asked.name, id: .none, partitions: count, configuration: configuration)
      try catalog.check(topic)
      return topic
    }
    return try create(asked.name, partitions: count, configuration)
  }

  private func partitionCount(_ asked: CreateTopicsAPI.Topic) throws(PartitionError) -> Int32 {
    guard asked.assignments.isEmpty else {
      let indices = asked.assignments.map(\.partition).sorted()
      guard asked.assignments.allSatisfy({ $0.brokers == [Self.node] }), indices == Array(0..<Int32(indices.count))
      else { throw PartitionError(.invalidReplicaAssignment, "the only broker is \(Self.node)") }
      return Int32(indices.count)
    }
    guard asked.replicationFactor == -1 || asked.replicationFactor == 1 else {
      throw PartitionError(.invalidReplicationFactor, "there is one broker, so the replication factor is 1")
    }
    return asked.partitions == -1 ? Int32(settings.defaultPartitions) : asked.partitions
  }

  func create(
    _ name: String, partitions count: Int32, _ configuration: TopicConfiguration
  ) throws(PartitionError) -> Topic {
    try checkPartitions(adding: count)
    let topic = Topic(name: name, id: .random(), partitions: count, configuration: configuration)
    try catalog.create(topic)
    try serve(topic, 0..<count)
    return topic
  }

  /// A partition holds files open; what is left of the process's limit is for connections.
  private func checkPartitions(adding count: Int32) throws(PartitionError) {
    guard byLog.count + Int(max(count, 0)) <= settings.partitionsMax else {
      throw PartitionError(
        .invalidPartitions, "the broker keeps at most \(settings.partitionsMax) partitions of all topics")
    }
  }

  private func serve(_ topic: Topic, _ indices: Range<Int32>) throws(PartitionError) {
    do {
      try add(topic, indices)
    } catch {
      throw PartitionError(error)
    }
  }

  func createPartitions(_ request: CreatePartitionsAPI.Request, _ exchange: Exchange) {
    let results = request.topics.map { asked in
      var result = CreatePartitionsAPI.Result(name: asked.name)
      do throws(PartitionError) {
        try grow(asked, validatesOnly: request.validatesOnly)
      } catch {
        result.error = error.code
        result.message = error.description
      }
      return result
    }
    exchange.reply(CreatePartitionsAPI.self, CreatePartitionsAPI.Response(results: results))
  }

  private func grow(_ asked: CreatePartitionsAPI.Topic, validatesOnly: Bool) throws(PartitionError) {
    guard let topic = catalog[asked.name] else {
      throw PartitionError(.unknownTopicOrPartition, "there is no topic \(asked.name)")
    }
    guard asked.count > topic.partitions, asked.count <= Catalog.mostPartitions else {
      throw PartitionError(
        .invalidPartitions,
        "the topic has \(topic.partitions) partitions, which cannot get fewer, nor more than "
          + "\(Catalog.mostPartitions)")
    }
    guard asked.assignments?.allSatisfy({ $0.brokers == [Self.node] }) ?? true else {
      throw PartitionError(.invalidReplicaAssignment, "the only broker is \(Self.node)")
    }
    try checkPartitions(adding: asked.count - topic.partitions)
    if validatesOnly { return }
    try catalog.grow(asked.name, to: asked.count)
    try serve(topic, topic.partitions..<asked.count)
  }

  func deleteTopics(_ request: DeleteTopicsAPI.Request, _ exchange: Exchange) {
    let results = request.topics.map { asked in
      var result = DeleteTopicsAPI.Result(name: asked.name, id: asked.id)
      do throws(PartitionError) {
        let topic = try known(asked)
        (result.name, result.id) = (topic.name, topic.id)
        try delete(topic)
      } catch {
        result.error = error.code
        result.message = error.description
      }
      return result
    }
    exchange.reply(DeleteTopicsAPI.self, DeleteTopicsAPI.Response(results: results))
    removeDeleted()
  }

  private func known(_ asked: DeleteTopicsAPI.Topic) throws(PartitionError) -> Topic {
    if let name = asked.name {
      if let topic = catalog[name] { return topic }
      throw PartitionError(.unknownTopicOrPartition, "there is no topic \(name)")
    }
    if let topic = catalog[asked.id] { return topic }
    throw PartitionError(.unknownTopicID, "there is no topic with this id")
  }

  private func delete(_ topic: Topic) throws(PartitionError) {
    try catalog.delete(topic.name)
    for partition in partitions.removeValue(forKey: topic.name) ?? [] {
      byLog[ObjectIdentifier(partition.log)] = nil
      syncs.forget(partition.log)
      for waiting in partition.fetches { answer(waiting) }
      for pending in partition.produces { pending.abandon(partition) }
    }
    do throws(PartitionError) {
      try offsets.forget(topic: topic.name)
      syncs.wrote(offsets)
    } catch {
      report(.warning, "offsets of a deleted topic remain", ["topic": topic.name, "reason": error.description])
    }
  }
}
