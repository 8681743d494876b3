import Kafka
import NotificationModel
import Relay

/// The dead letter that a pointer stands for, as it would have been parked whole.
extension DeadLetterRow {
  /// Whether the pointer is one of a delivery.
  var pointsToDelivery: Bool {
    DeadLetterPointer.isDelivery(originalSchema: header(RecordHeader.originalSchema), origin: origin)
  }

  /// Whether a record that was read is the one that is meant, by its id.
  func isMeant(_ record: SourceRecord) -> Bool {
    (record.header(RecordHeader.eventID) ?? "").lowercased() == (header(RecordHeader.eventID) ?? "").lowercased()
  }

  /// - Parameter record: as it was read at the pointer's origin.
  func whole(_ record: SourceRecord) -> DeadLetterRow {
    whole(
      key: record.key, value: record.value, headers: record.headers,
      replay: record.number(RecordHeader.replay).map { Int(clamping: $0) } ?? 0)
  }

  /// - Parameter row: as it was read from its outbox.
  func whole(_ row: QuarantinedRow) -> DeadLetterRow {
    whole(key: row.record.key, value: row.record.value, headers: row.record.headers, replay: 0)
  }

  /// What the pointer carries of the failure stands above what the record says.
  private func whole(
    key: [UInt8]?, value: [UInt8]?, headers own: [SourceRecord.Header], replay original: Int
  ) -> DeadLetterRow {
    let carried = headers.filter { DeadLetterPointer.carried.contains($0.name) }
    let replaced = Set(carried.map(\.name))
    var row = self
    (row.key, row.value, row.replay) = (key, value, max(original, replay))
    row.headers = own.filter { !replaced.contains($0.name) } + carried
    return row
  }
}
