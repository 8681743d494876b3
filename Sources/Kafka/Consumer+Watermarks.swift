import CRDKafka

extension Consumer {
  /// The offset that a partition's next record will get, as the last fetch told it; no question to the broker. Nil
  /// before the first fetch.
  public func knownEnd(_ partition: TopicPartition) -> Int64? {
    guard let client = unsafe handle else { return nil }
    var (low, high): (Int64, Int64) = (-1, -1)
    let code = unsafe rd_kafka_get_watermark_offsets(client, partition.topic, partition.partition, &low, &high)
    return code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : nil
  }
}
