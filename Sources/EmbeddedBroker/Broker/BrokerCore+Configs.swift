extension BrokerCore {
  func describeConfigs(_ request: DescribeConfigsAPI.Request, _ exchange: Exchange) {
    let results = request.resources.map { resource in
      var result = DescribeConfigsAPI.Result(kind: resource.kind, name: resource.name)
      do throws(PartitionError) {
        let all = try settings(of: resource.kind, resource.name)
        result.settings = resource.keys.map { keys in all.filter { keys.contains($0.name) } } ?? all
        if !request.includesSynonyms {
          for place in result.settings.indices { result.settings[place].synonyms = [] }
        }
      } catch {
        result.error = error.code
        result.message = error.description
      }
      return result
    }
    exchange.reply(DescribeConfigsAPI.self, DescribeConfigsAPI.Response(results: results))
  }

  private func settings(of kind: Int8, _ name: String) throws(PartitionError) -> [DescribeConfigsAPI.Setting] {
    switch kind {
    case ResourceKind.topic:
      guard let topic = catalog[name] else {
        throw PartitionError(.unknownTopicOrPartition, "there is no topic \(name)")
      }
      return describedSettings(topic).map(described)
    case ResourceKind.broker:
      guard name.isEmpty || name == "\(Self.node)" else {
        throw PartitionError(.invalidRequest, "the only broker is \(Self.node)")
      }
      return brokerSettings
    default: throw PartitionError(.invalidRequest, "topics and the broker have settings here")
    }
  }

  /// All of a topic's settings, with where each comes from.
  func describedSettings(_ topic: Topic) -> [CreateTopicsAPI.SettingResult] {
    let effective = topic.configuration.settings(settings.partitions)
    return TopicConfiguration.names.map { name in
      let isOwn = topic.configuration.values[name] != nil
      return CreateTopicsAPI.SettingResult(
        name: name, value: TopicConfiguration.value(name, in: effective),
        source: isOwn ? SettingSource.topic : SettingSource.standard)
    }
  }

  private func described(_ setting: CreateTopicsAPI.SettingResult) -> DescribeConfigsAPI.Setting {
    let synonym = DescribeConfigsAPI.Synonym(name: setting.name, value: setting.value, source: setting.source)
    return DescribeConfigsAPI.Setting(
      name: setting.name, value: setting.value, source: setting.source, synonyms: [synonym])
  }

  /// By Kafka's names; they are read from the broker's configuration and not changed here.
  private var brokerSettings: [DescribeConfigsAPI.Setting] {
    let own: [(name: String, value: String, isSet: Bool)] = [
      ("auto.create.topics.enable", "\(settings.createsTopics)", true),
      ("num.partitions", "\(settings.defaultPartitions)", true),
      ("message.max.bytes", "\(settings.messageBytesMax)", settings.messageBytesMax != 1_048_588),
      ("log.retention.ms", "\(settings.retentionMilliseconds)", true),
      ("log.retention.bytes", "\(settings.retentionBytes)", true),
      ("log.segment.bytes", "\(settings.segmentBytes)", true),
      ("default.replication.factor", "1", false),
      ("min.insync.replicas", "1", false),
      ("socket.request.max.bytes", "\(settings.requestBytesMax)", true),
      ("connections.max.idle.ms", "\(settings.idleMilliseconds)", true),
    ]
    return own.map { setting in
      DescribeConfigsAPI.Setting(
        name: setting.name, value: setting.value, isReadOnly: true,
        source: setting.isSet ? SettingSource.staticBroker : SettingSource.standard)
    }
  }

  func alterConfigs(_ request: AlterConfigsAPI.Request, _ exchange: Exchange) {
    let results = request.resources.map { resource in
      alter(resource.kind, resource.name, validatesOnly: request.validatesOnly) { _ in
        Dictionary(resource.settings.compactMap { setting in setting.value.map { (setting.name, $0) } }) { $1 }
      }
    }
    exchange.reply(AlterConfigsAPI.self, AlterConfigsAPI.Response(results: results))
  }

  func incrementalAlterConfigs(_ request: IncrementalAlterConfigsAPI.Request, _ exchange: Exchange) {
    let results = request.resources.map { resource in
      alter(resource.kind, resource.name, validatesOnly: request.validatesOnly) { before throws(PartitionError) in
        var values = before
        for change in resource.changes { try Self.apply(change, to: &values) }
        return values
      }
    }
    exchange.reply(IncrementalAlterConfigsAPI.self, AlterConfigsAPI.Response(results: results))
  }

  private static func apply(
    _ change: IncrementalAlterConfigsAPI.Change, to values: inout [String: String]
  ) throws(PartitionError) {
    switch (change.operation, change.value) {
    case (IncrementalAlterConfigsAPI.Change.set, let value?): values[change.name] = value
    case (IncrementalAlterConfigsAPI.Change.delete, _): values[change.name] = nil
    default: throw PartitionError(.invalidConfiguration, "\(change.name) can be set and deleted, with a value or none")
    }
  }

  private func alter(
    _ kind: Int8, _ name: String, validatesOnly: Bool,
    _ change: ([String: String]) throws(PartitionError) -> [String: String]
  ) -> AlterConfigsAPI.Result {
    var result = AlterConfigsAPI.Result(kind: kind, name: name)
    do throws(PartitionError) {
      guard kind == ResourceKind.topic else {
        throw PartitionError(.invalidRequest, "only topics can be altered; the broker has a configuration file")
      }
      guard let topic = catalog[name] else {
        throw PartitionError(.unknownTopicOrPartition, "there is no topic \(name)")
      }
      let configuration = try TopicConfiguration(try change(topic.configuration.values))
      if !validatesOnly { try configure(name, configuration) }
    } catch {
      result.error = error.code
      result.message = error.description
    }
    return result
  }

  private func configure(_ name: String, _ configuration: TopicConfiguration) throws(PartitionError) {
    try catalog.configure(name, configuration)
    let effective = configuration.settings(settings.partitions)
    for partition in partitions[name] ?? [] { partition.log.settings = effective }
  }
}
