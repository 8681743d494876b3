import CRDKafka

extension Consumer {
  /// What this consumer reads at the moment.
  public func assignment() throws(KafkaError) -> [TopicPartition] {
    var list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
    try unsafe check(rd_kafka_assignment(opened(), &list))
    guard let list = unsafe list else { return [] }
    let owned = unsafe PartitionList(taking: list)
    return unsafe PartitionList.partitions(owned.handle)
  }

  /// Remembers, for the next `commit`, where reading of a partition is to go on.
  /// - Parameter next: one more than the offset of the last finished record.
  /// - Throws: `state` when the partition is not assigned any more.
  public func storeOffset(_ partition: TopicPartition, next: Int64) throws(KafkaError) {
    let list = PartitionList([partition: next])
    let code = try unsafe rd_kafka_offsets_store(opened(), list.handle)
    _ = try list.offsets()
    try check(code)
  }

  /// Commits the stored offsets to the group and waits for the answer; nothing stored since the last time is no error.
  public func commit() throws(KafkaError) {
    let code = try unsafe rd_kafka_commit(opened(), nil, 0)
    if code != RD_KAFKA_RESP_ERR__NO_OFFSET { try check(code) }
  }

  /// Commits these positions to the group and waits for the answer.
  /// - Parameter notes: texts that are kept with them until the next commit, for `committedNotes`; a broker takes 4,096
  ///   bytes of each where it was not told otherwise.
  /// - Throws: `offsetMetadataTooLarge` for a note that is too long.
  public func commit(_ next: [TopicPartition: Int64], notes: [TopicPartition: String] = [:]) throws(KafkaError) {
    let list = PartitionList(next)
    list.attach(notes)
    try unsafe check(rd_kafka_commit(opened(), list.handle, 0))
    _ = try list.offsets()
  }

  /// What the group has committed; a partition without a commit is left out.
  public func committed(
    _ partitions: [TopicPartition], timeoutMilliseconds: Int
  ) throws(KafkaError) -> [TopicPartition: Int64] {
    let list = PartitionList(partitions)
    try unsafe check(rd_kafka_committed(opened(), list.handle, Int32(timeoutMilliseconds)))
    return try list.offsets().filter { $0.value >= 0 }
  }

  /// What was noted with the group's commits; a partition without a note is left out.
  public func committedNotes(
    _ partitions: [TopicPartition], timeoutMilliseconds: Int
  ) throws(KafkaError) -> [TopicPartition: String] {
    let list = PartitionList(partitions)
    try unsafe check(rd_kafka_committed(opened(), list.handle, Int32(timeoutMilliseconds)))
    _ = try list.offsets()
    return list.notes
  }

  /// Asks the broker for the oldest offset that a partition still has and the one that its next record will get.
  public func watermarks(
    _ partition: TopicPartition, timeoutMilliseconds: Int
  ) throws(KafkaError) -> (low: Int64, high: Int64) {
    var (low, high): (Int64, Int64) = (0, 0)
    try unsafe check(
      rd_kafka_query_watermark_offsets(
        opened(), partition.topic, partition.partition, &low, &high, Int32(timeoutMilliseconds)))
    return (low, high)
  }

  /// The first offset at or after a time, per partition; a partition without one is left out.
  /// - Parameter times: milliseconds since 1970.
  public func offsets(
    at times: [TopicPartition: Int64], timeoutMilliseconds: Int
  ) throws(KafkaError) -> [TopicPartition: Int64] {
    let list = PartitionList(times)
    try unsafe check(rd_kafka_offsets_for_times(opened(), list.handle, Int32(timeoutMilliseconds)))
    return try list.offsets().filter { $0.value >= 0 }
  }

  /// Goes on elsewhere in assigned partitions.
  public func seek(_ offsets: [TopicPartition: StartOffset], timeoutMilliseconds: Int) throws(KafkaError) {
    let list = PartitionList(offsets.mapValues(\.c))
    if let error = try unsafe rd_kafka_seek_partitions(opened(), list.handle, Int32(timeoutMilliseconds)) {
      throw unsafe KafkaError(taking: error)
    }
    _ = try list.offsets()
  }

  /// Fetches no more of these partitions, and forgets what was fetched ahead; keep polling all the same.
  public func pause(_ partitions: [TopicPartition]) throws(KafkaError) {
    let list = PartitionList(partitions)
    try unsafe check(rd_kafka_pause_partitions(opened(), list.handle))
    _ = try list.offsets()
  }

  /// Goes on after the last record that `poll` gave. Only for partitions that are paused: librdkafka 2.0.2 may rewind
  /// others.
  public func resume(_ partitions: [TopicPartition]) throws(KafkaError) {
    let list = PartitionList(partitions)
    try unsafe check(rd_kafka_resume_partitions(opened(), list.handle))
    _ = try list.offsets()
  }
}
