import Kafka
import NotificationModel

/// A record that a worker produces.
struct ToldRecord {
  let topic: NotificationTopic
  let content: RecordContent

  init(_ topic: NotificationTopic, key: [UInt8]?, value: [UInt8]?, headers: [SourceRecord.Header]) {
    self.topic = topic
    content = RecordContent(key: key, value: value, headers: headers)
  }
}

/// What others are told of a delivery's attempts.
enum Telling {
  private static let schema = SourceRecord.Header(RecordHeader.schema, DeliveryStatus.schema)

  /// That a worker has it.
  static func processing(_ job: WorkerJob, now: UnixTime) -> ToldRecord {
    record(status(job, .processing, now))
  }

  /// How it ended: its status, and where something is left to do the whole record as a dead letter.
  static func outcome(_ outcome: SendOutcome, of job: WorkerJob, now: UnixTime) -> [ToldRecord] {
    // What another worker left without a word has no time of its own.
    var status = status(job, outcome.state, outcome.time.milliseconds > 0 ? outcome.time : now)
    (status.reason, status.providerID, status.deadSince) = (outcome.code, outcome.providerID, outcome.deadSince)
    if outcome.deadSince != nil { status.addressMark = AddressMark.text(job.delivery.address) }
    guard let errorClass = outcome.errorClass else { return [record(status)] }
    var note = FailureNote(
      errorClass, code: outcome.code ?? outcome.state.rawValue, detail: "", origin: job.record.origin,
      attempt: job.ticket.attempt)
    (note.eventTime, note.retryAfter) = (job.delivery.eventTime, outcome.retryAfter)
    note.isAmbiguous = outcome.state == .ambiguous
    return [record(status), deadLetter(job.record, note)]
  }

  /// A record that is no delivery.
  static func unreadable(_ source: SourceRecord, _ problem: UnreadableDelivery) -> ToldRecord {
    deadLetter(
      source,
      FailureNote(
        .permanent, code: problem.code, detail: problem.detail, origin: source.origin,
        attempt: Int(source.number(RecordHeader.attempt) ?? 1)))
  }

  private static func deadLetter(_ source: SourceRecord, _ note: FailureNote) -> ToldRecord {
    let added = note.headers(hasEventTime: source.header(RecordHeader.eventTime) != nil)
    return ToldRecord(
      .deadLetters, key: source.key, value: source.value,
      headers: source.headers.filter { FailureNote.keeps($0.name) }
        + added.map { SourceRecord.Header($0.name, $0.text) })
  }

  private static func status(_ job: WorkerJob, _ state: DeliveryState, _ time: UnixTime) -> DeliveryStatus {
    let delivery = job.delivery
    return DeliveryStatus(
      deliveryID: delivery.id, eventID: delivery.eventID, eventTime: delivery.eventTime, replay: delivery.replay,
      attempt: job.ticket.attempt, state: state, user: delivery.user, channel: delivery.channel,
      target: delivery.target, category: delivery.category, template: delivery.template, time: time)
  }

  private static func record(_ status: DeliveryStatus) -> ToldRecord {
    var writer = JSONWriter()
    status.write(to: &writer)
    return ToldRecord(.status, key: Array(status.deliveryID.utf8), value: writer.bytes, headers: [schema])
  }
}
