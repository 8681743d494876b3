import CRDKafka

/// A topic of the broker, made, counted and removed as a client of its own.
final class Topic {
  let name: String
  let partitions: Int32
  private let client: OpaquePointer

  /// - Parameter settings: of the topic, by Kafka's names.
  init(_ name: String, partitions: Int32 = 6, bootstrapServers: String, settings: [String: String] = [:]) throws {
    self.name = name
    self.partitions = partitions
    client = try makeClient(RD_KAFKA_PRODUCER, ["bootstrap.servers": bootstrapServers, "log_level": "2"])
    try create(settings)
  }

  /// One that others have made.
  init(existing name: String, partitions: Int32 = 6, bootstrapServers: String) throws {
    (self.name, self.partitions) = (name, partitions)
    client = try makeClient(RD_KAFKA_PRODUCER, ["bootstrap.servers": bootstrapServers, "log_level": "2"])
  }

  deinit { rd_kafka_destroy(client) }

  private func create(_ settings: [String: String]) throws {
    var reason = [CChar](repeating: 0, count: 256)
    var topic = rd_kafka_NewTopic_new(name, partitions, 1, &reason, reason.count)
    for (name, value) in settings { rd_kafka_NewTopic_set_config(topic, name, value) }
    let queue = rd_kafka_queue_new(client)
    defer {
      rd_kafka_queue_destroy(queue)
      rd_kafka_NewTopic_destroy(topic)
    }
    rd_kafka_CreateTopics(client, &topic, 1, nil, queue)
    guard let event = rd_kafka_queue_poll(queue, 30_000) else { throw BenchmarkError("no answer to CreateTopics") }
    defer { rd_kafka_event_destroy(event) }
    guard rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR else {
      throw BenchmarkError("CreateTopics: \(String(cString: rd_kafka_event_error_string(event)))")
    }
    var count = 0
    let results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
    let error = rd_kafka_topic_result_error(results?[0])
    guard error == RD_KAFKA_RESP_ERR_NO_ERROR else {
      throw BenchmarkError("CreateTopics \(name): \(String(cString: rd_kafka_err2str(error)))")
    }
  }

  /// Records in it, from the partitions' end offsets.
  func recordCount() throws -> Int {
    try (0..<partitions).reduce(0) { sum, partition in
      var low: Int64 = 0
      var high: Int64 = 0
      let error = rd_kafka_query_watermark_offsets(client, name, partition, &low, &high, 10_000)
      guard error == RD_KAFKA_RESP_ERR_NO_ERROR else {
        throw BenchmarkError("offsets of \(name): \(String(cString: rd_kafka_err2str(error)))")
      }
      return sum + Int(high - low)
    }
  }
}

func makeClient(_ type: rd_kafka_type_t, _ properties: [String: String]) throws -> OpaquePointer {
  let configuration = rd_kafka_conf_new()
  var reason = [CChar](repeating: 0, count: 256)
  for (name, value) in properties {
    guard rd_kafka_conf_set(configuration, name, value, &reason, reason.count) == RD_KAFKA_CONF_OK else {
      throw BenchmarkError(text(reason))
    }
  }
  guard let client = rd_kafka_new(type, configuration, &reason, reason.count) else {
    throw BenchmarkError(text(reason))
  }
  return client
}

private func text(_ reason: [CChar]) -> String {
  String(decoding: reason.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
