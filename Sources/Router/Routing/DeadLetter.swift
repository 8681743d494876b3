import Kafka
import NotificationModel

/// An event that could not be routed: the record byte for byte, and why.
struct DeadLetter {
  let errorClass: ErrorClass
  let code: String
  /// For people; names members and limits, never contents.
  let detail: String
  /// When the event was written first, where that could be read.
  let eventTime: UnixTime?
  /// Recipients by index for whom it is to be tried again; nil: all for whom the record was.
  var open: [Int]?

  func record(of source: SourceRecord) -> OutgoingRecord {
    OutgoingRecord(.deadLetters, key: source.key, value: source.value, headers: headers(source), source: source)
  }

  /// The record's own headers as they came, with those of an earlier failure replaced.
  private func headers(_ source: SourceRecord) -> [SourceRecord.Header] {
    var note = FailureNote(
      errorClass, code: code, detail: detail, origin: source.origin,
      attempt: Int(source.number(RecordHeader.attempt) ?? 1))
    (note.eventTime, note.open) = (eventTime, open)
    let added = note.headers(hasEventTime: source.header(RecordHeader.eventTime) != nil)
    let kept = source.headers.filter {
      FailureNote.keeps($0.name) || (open == nil && $0.name == RecordHeader.recipients)
    }
    return kept + added.map { SourceRecord.Header($0.name, $0.text) }
  }

  /// What stands for a dead letter that Kafka does not take: where it is, and no more of it.
  /// - Parameter failed: the dead letter's headers.
  static func pointer(
    to source: SourceRecord, failed: [SourceRecord.Header], because code: String
  ) -> OutgoingRecord {
    let pointer = DeadLetterPointer(
      origin: source.origin, id: source.header(RecordHeader.eventID) ?? "", code: code, value: source.value,
      originalSchema: NotificationRequest.schema,
      notes: failed.compactMap { header in header.value.map { (header.name, String(decoding: $0, as: UTF8.self)) } })
    return OutgoingRecord(
      .parked, key: source.key.map { Array($0.prefix(1_024)) }, value: pointer.value,
      headers: pointer.headers.map { SourceRecord.Header($0.name, $0.text) })
  }
}
