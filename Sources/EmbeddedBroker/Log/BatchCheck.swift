/// What a batch that a client sends must be to enter the log.
enum BatchCheck {
  /// - Parameter bytes: all that the client sent for the partition: one batch, as with Kafka.
  static func header(
    of bytes: RawSpan, settings: PartitionSettings, now: Int64
  ) throws(PartitionError) -> BatchHeader {
    guard bytes.byteCount > BatchHeader.Offset.magic else { throw corrupt }
    let magic = bytes.integer(Int8.self, at: BatchHeader.Offset.magic)
    guard magic >= 2 else {
      throw PartitionError(.unsupportedForMessageFormat, "record batches of version 2 are taken, not message sets")
    }
    guard bytes.byteCount >= BatchHeader.size else { throw corrupt }
    let header = BatchHeader(bytes)
    guard magic == 2, header.length >= BatchHeader.size, header.length <= bytes.byteCount else { throw corrupt }
    guard header.length == bytes.byteCount else {
      throw PartitionError(.invalidRecord, "a produce request holds one batch a partition")
    }
    guard header.length <= settings.maxMessageBytes else {
      throw PartitionError(.messageTooLarge, "the batch is larger than the topic's max.message.bytes")
    }
    guard header.matches(bytes) else { throw corrupt }
    try checkContent(header)
    try checkTime(header, settings, now)
    return header
  }

  private static func checkContent(_ header: BatchHeader) throws(PartitionError) {
    guard header.recordCount > 0, header.lastOffsetDelta == header.recordCount - 1 else {
      throw PartitionError(.invalidRecord, "the batch's count and offsets disagree")
    }
    guard !header.attributes.contains(.control) else {
      throw PartitionError(.invalidRecord, "clients cannot write control batches")
    }
    guard !header.attributes.contains(.transactional) else {
      throw PartitionError(.invalidTransactionState, "there are no transactions here; use a Kafka cluster")
    }
    guard header.attributes.compression <= 4 else {
      throw PartitionError(.unsupportedCompressionType, "the batch's compression is not known")
    }
    // An empty record takes seven bytes, so that a small batch cannot claim a thousand million offsets.
    let records = header.length - BatchHeader.size
    guard header.attributes.compression > 0 || Int(header.recordCount) <= records / 7 else {
      throw PartitionError(.invalidRecord, "the batch is too short for its count of records")
    }
  }

  private static func checkTime(
    _ header: BatchHeader, _ settings: PartitionSettings, _ now: Int64
  ) throws(PartitionError) {
    guard !settings.stampsAppendTime else { return }
    guard header.maxTimestamp <= now || header.maxTimestamp - now <= settings.futureLimit else {
      throw PartitionError(.invalidTimestamp, "the batch is from the future; set the producer's clock")
    }
    guard !header.attributes.contains(.logAppendTime) else {
      throw PartitionError(.invalidTimestamp, "the batch claims a log append time, which the broker alone sets")
    }
  }

  private static let corrupt = PartitionError(.corruptMessage, "the batch is damaged: its length or checksum is wrong")
}
