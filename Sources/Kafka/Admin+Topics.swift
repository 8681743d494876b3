import CRDKafka

extension Admin {
  /// Makes topics; one that exists has `topicAlreadyExists` in its result.
  /// - Parameter validateOnly: the broker checks and makes nothing.
  /// - Throws: when there was no answer at all, or librdkafka finds a topic's numbers impossible.
  public func createTopics(
    _ topics: [NewTopic], validateOnly: Bool = false, timeoutMilliseconds: Int = 10_000
  ) throws(KafkaError) -> [TopicResult] {
    var list: [OpaquePointer?] = unsafe []
    defer { unsafe rd_kafka_NewTopic_destroy_array(&list, list.count) }
    for topic in topics { unsafe list.append(try unsafe Self.make(topic)) }
    let options = Options(
      operation: RD_KAFKA_ADMIN_OP_CREATETOPICS, timeoutMilliseconds: timeoutMilliseconds, validateOnly: validateOnly)
    return try unsafe request(options) {
      unsafe rd_kafka_CreateTopics($0, &list, list.count, $1, queue)
    } read: {
      var count = 0
      let results = unsafe rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result($0), &count)
      return unsafe Self.results(results, count)
    }
  }

  public func deleteTopics(
    _ names: [String], timeoutMilliseconds: Int = 10_000
  ) throws(KafkaError) -> [TopicResult] {
    var list: [OpaquePointer?] = unsafe names.map { unsafe rd_kafka_DeleteTopic_new($0) }
    defer { unsafe rd_kafka_DeleteTopic_destroy_array(&list, list.count) }
    let options = Options(operation: RD_KAFKA_ADMIN_OP_DELETETOPICS, timeoutMilliseconds: timeoutMilliseconds)
    return try unsafe request(options) {
      unsafe rd_kafka_DeleteTopics($0, &list, list.count, $1, queue)
    } read: {
      var count = 0
      let results = unsafe rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result($0), &count)
      return unsafe Self.results(results, count)
    }
  }

  /// Raises numbers of partitions. Keys change their partition by it, so that order per key breaks once.
  /// - Parameter totals: topic to the number that it is to have.
  public func createPartitions(
    _ totals: [String: Int], validateOnly: Bool = false, timeoutMilliseconds: Int = 10_000
  ) throws(KafkaError) -> [TopicResult] {
    var list: [OpaquePointer?] = unsafe []
    defer { unsafe rd_kafka_NewPartitions_destroy_array(&list, list.count) }
    for (name, total) in totals.sorted(by: { $0.key < $1.key }) {
      var made: OpaquePointer?
      let problem = unsafe ClientConfiguration.text { unsafe made = rd_kafka_NewPartitions_new(name, total, $0, $1) }
      guard let made = unsafe made else { throw KafkaError(.invalidArg, "topic \(name): \(problem)") }
      unsafe list.append(made)
    }
    let options = Options(
      operation: RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, timeoutMilliseconds: timeoutMilliseconds,
      validateOnly: validateOnly)
    return try unsafe request(options) {
      unsafe rd_kafka_CreatePartitions($0, &list, list.count, $1, queue)
    } read: {
      var count = 0
      let results = unsafe rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result($0), &count)
      return unsafe Self.results(results, count)
    }
  }

  /// Removes what partitions hold before an offset; -1 is their present end.
  /// - Throws: the first partition's error as well.
  public func deleteRecords(
    before offsets: [TopicPartition: Int64], timeoutMilliseconds: Int = 10_000
  ) throws(KafkaError) {
    let list = PartitionList(offsets)
    var request = unsafe rd_kafka_DeleteRecords_new(list.handle)
    defer { unsafe rd_kafka_DeleteRecords_destroy(request) }
    let options = Options(operation: RD_KAFKA_ADMIN_OP_DELETERECORDS, timeoutMilliseconds: timeoutMilliseconds)
    let answer = try unsafe self.request(options) {
      unsafe rd_kafka_DeleteRecords($0, &request, 1, $1, queue)
    } read: { event -> Result<Void, KafkaError> in
      let result = unsafe rd_kafka_event_DeleteRecords_result(event)
      guard let partitions = unsafe rd_kafka_DeleteRecords_result_offsets(result) else { return .success(()) }
      let failed = unsafe PartitionList.elements(partitions).first { unsafe $0.err != RD_KAFKA_RESP_ERR_NO_ERROR }
      return unsafe failed.map { unsafe .failure(KafkaError($0.err)) } ?? .success(())
    }
    try answer.get()
  }

  private static func make(_ topic: NewTopic) throws(KafkaError) -> OpaquePointer {
    var made: OpaquePointer?
    let (partitions, replicas) = (Int32(clamping: topic.partitions), Int32(clamping: topic.replicationFactor))
    let problem = unsafe ClientConfiguration.text {
      unsafe made = rd_kafka_NewTopic_new(topic.name, partitions, replicas, $0, $1)
    }
    guard let made = unsafe made else { throw KafkaError(.invalidArg, "topic \(topic.name): \(problem)") }
    for (name, value) in topic.configuration.sorted(by: { $0.key < $1.key }) {
      unsafe rd_kafka_NewTopic_set_config(made, name, value)
    }
    return unsafe made
  }
}
