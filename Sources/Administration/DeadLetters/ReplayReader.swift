import DeadLetters
import Kafka
import NotificationModel
import Postgres
import Relay

/// A dead letter as it is to be sent.
struct ReplayLetter {
  let id: Int64
  let record: ReplayRecord
  /// Where the record of a pointer was read: a topic, or `outbox`.
  var readFrom: String?
}

/// Makes dead letters what is to be sent of them. What a pointer stands for is read where it lies. It belongs to one
/// thread.
final class ReplayReader {
  private let outboxes: [SourceSettings]
  /// What to type by outbox, where one did not let its rows be read.
  private(set) var grants: [String: String] = [:]
  private let origins: PointedReader

  init(_ kafka: KafkaSettings, outboxes: [SourceSettings]) {
    self.outboxes = outboxes
    origins = PointedReader(kafka)
  }

  /// The last call.
  func close() { origins.close() }

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
    case .produce(let record): return ReplayLetter(id: row.id, record: record)
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
      let own = found.record
      let content = RecordContent(key: own.key, value: own.value, headers: own.headers + [replay])
      return ReplayLetter(id: row.id, record: ReplayRecord(topic: found.topic, content: content))
    }
  }

  /// The record that a pointer stands for: where it lies, or for an event its outbox's row.
  private func whole(_ row: DeadLetterRow, _ place: RecordPlace) throws -> (row: DeadLetterRow, from: String) {
    if let record = try origins.record(at: place) {
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
      return (row.whole(found.record, replay: 0), "outbox")
    } catch ReplayRefusal.rowGone {
      throw ReplayRefusal.originGone
    }
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
