import Kafka
import NotificationModel
import Postgres
import Relay
import Runtime

/// A dead letter as it is to be sent.
struct ReplayLetter {
  let id: Int64
  let topic: String
  let content: RecordContent
  /// Where the record of a pointer was read: a topic, or `outbox`.
  var readFrom: String?
}

/// Makes dead letters what is to be sent of them. What a pointer stands for is read where it lies. It belongs to one
/// thread.
final class ReplayReader {
  private let kafka: KafkaSettings
  private let outboxes: [SourceSettings]
  /// What to type by outbox, where one did not let its rows be read.
  private(set) var grants: [String: String] = [:]
  /// Made when the first pointer comes.
  private var origins: OriginReader?
  /// The partitions of topics that pointers led to; none of a topic that is not there.
  private var topics: [String: Set<TopicPartition>] = [:]

  init(_ kafka: KafkaSettings, outboxes: [SourceSettings]) { (self.kafka, self.outboxes) = (kafka, outboxes) }

  /// The last call.
  func close() {
    origins?.close()
    origins = nil
  }

  /// - Throws: where Kafka or an outbox cannot be asked; what is wrong with the letter is a refusal.
  func letter(_ row: DeadLetterRow, _ rules: ReplayRules) throws -> Result<ReplayLetter, ReplayRefusal> {
    do {
      return .success(try made(row, rules))
    } catch let refusal as ReplayRefusal {
      return .failure(refusal)
    }
  }

  private func made(_ row: DeadLetterRow, _ rules: ReplayRules) throws -> ReplayLetter {
    switch rules.decide(row) {
    case .produce(let topic, let content): return ReplayLetter(id: row.id, topic: topic, content: content)
    case .refuse(let refusal): throw refusal
    case .readOrigin(let place):
      let (whole, from) = try whole(row, place)
      var letter = try made(whole, rules)
      letter.readFrom = from
      return letter
    case .readRow(let pointer):
      let found = try outboxRow(of: pointer.source) { source in
        try QuarantinedRow(
          id: pointer.id, digest: pointer.digest, commit: pointer.commit, ordinal: pointer.ordinal, source: source)
      }
      let replay = SourceRecord.Header(RecordHeader.replay, "\(row.replay + 1)")
      let record = found.record
      return ReplayLetter(
        id: row.id, topic: found.topic,
        content: RecordContent(key: record.key, value: record.value, headers: record.headers + [replay]))
    }
  }

  /// The record that a pointer stands for: where it lies, or for an event its outbox's row.
  private func whole(_ row: DeadLetterRow, _ place: RecordPlace) throws -> (row: DeadLetterRow, from: String) {
    if let record = try record(at: place) {
      guard row.isMeant(record) else { throw ReplayRefusal.originDiffers }
      return (row.whole(record), place.partition.topic)
    }
    guard !row.pointsToDelivery, let text = row.header(RecordHeader.eventID), let id = try? Identifier.uuid(text) else {
      throw ReplayRefusal.originGone
    }
    do {
      let found = try outboxRow(of: nil) { source in
        try QuarantinedRow(id: id, digest: nil, commit: nil, ordinal: 0, source: source)
      }
      guard row.isMeant(key: found.record.key, value: found.record.value) else { throw ReplayRefusal.rowDiffers }
      return (row.whole(found), "outbox")
    } catch ReplayRefusal.rowGone {
      throw ReplayRefusal.originGone
    }
  }

  /// Nil where the topic does not hold it any more, or is not there any more.
  private func record(at place: RecordPlace) throws(KafkaError) -> SourceRecord? {
    guard try partitions(of: place.partition.topic).contains(place.partition) else { return nil }
    let reader = if let origins { origins } else { try OriginReader(kafka, stop: StopRequest()) }
    origins = reader
    return try reader.read(place)
  }

  /// Asked for once, as a consumer waits half a minute for a topic that is not there.
  private func partitions(of topic: String) throws(KafkaError) -> Set<TopicPartition> {
    if let known = topics[topic] { return known }
    let found = try Admin(kafka).describeTopics([topic], timeoutMilliseconds: 15_000).first
    switch found?.error {
    case nil, .unknownTopic, .unknownTopicOrPart, .topicException: break
    case let error?: throw KafkaError(error, "topic \(topic) cannot be read, to which a pointer leads")
    }
    let partitions = Set((found?.partitions ?? []).map { TopicPartition(topic, $0.id) })
    topics[topic] = partitions
    return partitions
  }

  /// Of several outboxes the one that the pointer names; where it names none of them, all are asked.
  private func outboxRow(
    of name: String?, _ read: (SourceSettings) throws -> QuarantinedRow?
  ) throws -> QuarantinedRow {
    let named = outboxes.filter { $0.name == name }
    let candidates = named.isEmpty ? outboxes : named
    guard !candidates.isEmpty else { throw ReplayRefusal.noSource }
    var refusal = ReplayRefusal.rowGone
    for source in candidates {
      do {
        if let row = try read(source) { return row }
      } catch is RelayError {
        throw ReplayRefusal.rowDiffers
      } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
        refusal = .notAllowed
        if grants[source.name] == nil { grants[source.name] = try OutboxReader(source).grantsToRead() }
      }
    }
    throw refusal
  }
}
