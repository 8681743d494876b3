import Kafka
import NotificationModel
import Policy

/// Makes the records that an event becomes.
struct EventOutput {
  let source: SourceRecord
  let event: RoutableEvent
  let now: UnixTime
  /// The writer's trace, which goes along.
  private let trace: [SourceRecord.Header]

  private static let delivery = SourceRecord.Header(RecordHeader.schema, Delivery.schema)
  private static let status = SourceRecord.Header(RecordHeader.schema, DeliveryStatus.schema)
  private static let routed = SourceRecord.Header(RecordHeader.schema, RoutedStatus.schema)

  init(source: SourceRecord, event: RoutableEvent, now: UnixTime) {
    (self.source, self.event, self.now) = (source, event, now)
    trace = source.headers.filter { $0.name == RecordHeader.traceParent || $0.name == RecordHeader.traceState }
  }

  /// Deliveries, a status of each place, and ROUTED.
  func records(_ judgement: Judgement) -> [OutgoingRecord] {
    var records: [OutgoingRecord] = []
    records.reserveCapacity(judgement.verdicts.count * 2 + 2)
    for verdict in judgement.verdicts {
      if case .deliver(let delivery, _) = verdict.outcome { records.append(record(delivery)) }
      records.append(record(status(verdict)))
    }
    if !judgement.unresolved.isEmpty { records.append(unresolved(judgement.unresolved)) }
    records.append(record(routed(judgement)))
    return records
  }

  /// What waits, for the store of deferrals; nil where nothing does.
  func deferred(_ judgement: Judgement) -> DeferredEventParts? {
    let waiting = judgement.verdicts.compactMap { verdict -> DeferredEventParts.Place? in
      guard case .wait(let reason, let until) = verdict.outcome else { return nil }
      return DeferredEventParts.Place(
        channel: verdict.channel.rawValue, target: verdict.target, until: until, reason: reason.rawValue)
    }
    return waiting.isEmpty ? nil : DeferredEventParts(source: source, event: event, places: waiting)
  }

  private func record(_ delivery: Delivery) -> OutgoingRecord {
    let key = delivery.user.map { Array("\($0)".utf8) } ?? source.key
    return OutgoingRecord(
      delivery.channel.topic, key: key, value: encode(delivery.write),
      headers: headers(Self.delivery, id: delivery.id))
  }

  private func record(_ status: DeliveryStatus) -> OutgoingRecord {
    OutgoingRecord(
      .status, key: Array(status.deliveryID.utf8), value: encode(status.write),
      headers: headers(Self.status, id: nil))
  }

  private func record(_ status: RoutedStatus) -> OutgoingRecord {
    OutgoingRecord(
      .status, key: Array(status.eventID.utf8), value: encode(status.write),
      headers: headers(Self.routed, id: nil))
  }

  private func unresolved(_ recipients: [Int]) -> OutgoingRecord {
    let letter = DeadLetter(
      errorClass: .retriable, code: "UNKNOWN_USER",
      detail: "to[\(recipients[0])].user is not known: it may not have been replicated yet", eventTime: event.time,
      open: recipients)
    return letter.record(of: source)
  }

  private func encode(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter()
    write(&writer)
    return writer.bytes
  }

  private func headers(_ schema: SourceRecord.Header, id: String?) -> [SourceRecord.Header] {
    guard let id else { return [schema] + trace }
    return [schema, SourceRecord.Header(RecordHeader.eventID, id)] + trace
  }

  private func status(_ verdict: Verdict) -> DeliveryStatus {
    var status = DeliveryStatus(
      deliveryID: verdict.id, eventID: event.id, eventTime: event.time, replay: event.replay, state: .pending,
      user: verdict.user, channel: verdict.channel, target: verdict.target, category: event.request.category,
      template: event.request.template, time: now)
    switch verdict.outcome {
    case .deliver: break
    case .suppress(let reason):
      status.state = .suppressed
      status.reason = reason.rawValue
    case .wait(let reason, let until):
      status.state = .deferred
      status.reason = reason.rawValue
      status.until = until
    }
    return status
  }

  private func routed(_ judgement: Judgement) -> RoutedStatus {
    var counts = (deliveries: 0, suppressions: 0, deferrals: 0)
    for verdict in judgement.verdicts {
      switch verdict.outcome {
      case .deliver: counts.deliveries += 1
      case .suppress: counts.suppressions += 1
      case .wait: counts.deferrals += 1
      }
    }
    var status = RoutedStatus(
      eventID: event.id, eventTime: event.time, replay: event.replay, isRelease: event.request.release != nil,
      deliveries: counts.deliveries, suppressions: counts.suppressions, deferrals: counts.deferrals,
      unresolved: judgement.unresolved.count, time: now)
    (status.origin, status.part) = (source.origin, part(judgement))
    return status
  }

  /// Follows from what is routed alone, so that a part that comes again has the same name.
  private func part(_ judgement: Judgement) -> String? {
    if event.request.release != nil {
      return "release:" + PartName.digest(judgement.verdicts.map(\.id).sorted())
    }
    return event.open.map { "to:" + PartName.digest($0.sorted().map(String.init)) }
  }
}
