import CRDKafka

extension Admin {
  /// All settings of a topic or a broker that are in force, with where they come from.
  /// - Throws: `unknownTopicOrPart` for a missing topic.
  public func configuration(
    of owner: ConfigurationOwner, timeoutMilliseconds: Int = 10_000
  ) throws(KafkaError) -> [ConfigurationEntry] {
    var list: [OpaquePointer?] = unsafe [Self.resource(owner)]
    defer { unsafe rd_kafka_ConfigResource_destroy_array(&list, list.count) }
    let options = Options(operation: RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeoutMilliseconds: timeoutMilliseconds)
    let (entries, error) = try unsafe request(options) {
      unsafe rd_kafka_DescribeConfigs($0, &list, list.count, $1, queue)
    } read: {
      var count = 0
      let found = unsafe rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result($0), &count)
      return unsafe (count > 0 ? Self.entries(found?[0]) : [], count > 0 ? Self.error(found?[0]) : nil)
    }
    if let error { throw error }
    return entries
  }

  /// Sets settings of a topic and leaves its others as they are. The request of librdkafka 2.0.2 replaces all of them,
  /// so the others are read before; a change made in between is lost.
  /// - Throws: `invalidConfig` (stop) with the broker's words for a setting or value that it refuses.
  public func alterConfiguration(
    ofTopic name: String, set: [String: String], validateOnly: Bool = false, timeoutMilliseconds: Int = 10_000
  ) throws(KafkaError) {
    let owner = ConfigurationOwner.topic(name)
    let current = try configuration(of: owner, timeoutMilliseconds: timeoutMilliseconds)
    var values: [String: String] = [:]
    for entry in current where entry.source == .topic && !entry.isReadOnly { values[entry.name] = entry.value }
    values.merge(set) { $1 }
    let resource = unsafe Self.resource(owner)
    for (key, value) in values.sorted(by: { $0.key < $1.key }) {
      unsafe rd_kafka_ConfigResource_set_config(resource, key, value)
    }
    var list: [OpaquePointer?] = unsafe [resource]
    defer { unsafe rd_kafka_ConfigResource_destroy_array(&list, list.count) }
    let options = Options(
      operation: RD_KAFKA_ADMIN_OP_ALTERCONFIGS, timeoutMilliseconds: timeoutMilliseconds, validateOnly: validateOnly)
    let error = try unsafe request(options) {
      unsafe rd_kafka_AlterConfigs($0, &list, list.count, $1, queue)
    } read: { event -> KafkaError? in
      var count = 0
      let found = unsafe rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(event), &count)
      return unsafe count > 0 ? Self.error(found?[0]) : nil
    }
    if let error { throw error }
  }

  private static func resource(_ owner: ConfigurationOwner) -> OpaquePointer? {
    switch owner {
    case .topic(let name): unsafe rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name)
    case .broker(let id): unsafe rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_BROKER, "\(id)")
    }
  }

  private static func error(_ resource: OpaquePointer?) -> KafkaError? {
    let code = unsafe rd_kafka_ConfigResource_error(resource)
    guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
    return KafkaError(code, unsafe rd_kafka_ConfigResource_error_string(resource).map { unsafe String(cString: $0) })
  }

  private static func entries(_ resource: OpaquePointer?) -> [ConfigurationEntry] {
    var count = 0
    let list = unsafe rd_kafka_ConfigResource_configs(resource, &count)
    return unsafe UnsafeBufferPointer(start: list, count: count).map { entry in
      unsafe ConfigurationEntry(
        name: String(cString: rd_kafka_ConfigEntry_name(entry)),
        value: rd_kafka_ConfigEntry_value(entry).map { unsafe String(cString: $0) },
        source: source(rd_kafka_ConfigEntry_source(entry)),
        isReadOnly: rd_kafka_ConfigEntry_is_read_only(entry) == 1,
        isSensitive: rd_kafka_ConfigEntry_is_sensitive(entry) == 1)
    }
  }

  private static func source(_ source: rd_kafka_ConfigSource_t) -> ConfigurationEntry.Source {
    switch source {
    case RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG: .topic
    case RD_KAFKA_CONFIG_SOURCE_DYNAMIC_BROKER_CONFIG, RD_KAFKA_CONFIG_SOURCE_DYNAMIC_DEFAULT_BROKER_CONFIG,
      RD_KAFKA_CONFIG_SOURCE_STATIC_BROKER_CONFIG:
      .broker
    case RD_KAFKA_CONFIG_SOURCE_DEFAULT_CONFIG: .default
    default: .unknown
    }
  }
}
