/// A record to be produced, in memory of its own.
public struct RecordContent: Sendable, Equatable {
  public let key: [UInt8]?
  public let value: [UInt8]?
  public let headers: [SourceRecord.Header]

  public init(key: [UInt8]?, value: [UInt8]?, headers: [SourceRecord.Header]) {
    (self.key, self.value, self.headers) = (key, value, headers)
  }
}

extension Producer {
  /// As `produce`, for a record in memory of its own.
  /// - Returns: false where the queue is full: wait for the wake signal, drain, and offer it again.
  public func offer(_ record: RecordContent, to topic: ProducerTopic, token: UInt) throws(KafkaError) -> Bool {
    var headers = RecordHeaders()
    for header in record.headers {
      if let value = header.value {
        unsafe headers.add(header.name, value.span.bytes)
      } else {
        headers.add(header.name, nil)
      }
    }
    let (key, value) = (record.key ?? [], record.value ?? [])
    do throws(KafkaError) {
      try unsafe produce(
        topic, key: record.key == nil ? nil : key.span.bytes, value: record.value == nil ? nil : value.span.bytes,
        headers: &headers, token: token)
      return true
    } catch {
      guard error.code == .queueFull else { throw error }
      return false
    }
  }

  /// Fetches the topics' metadata, so that a missing one is told before the first record. Before a group's reader joins
  /// as well: librdkafka looks only every five minutes whether a topic that was missing then has come.
  /// - Throws: the first one's fault, with its name.
  public func require(_ topics: [String], timeoutMilliseconds: Int = 5_000) throws(KafkaError) {
    for topic in try warm(topics: topics, timeoutMilliseconds: timeoutMilliseconds) {
      guard let error = topic.error else { continue }
      throw KafkaError(error, "topic \(topic.name) cannot be used; type bongsu topics apply, or grant the right")
    }
  }
}
