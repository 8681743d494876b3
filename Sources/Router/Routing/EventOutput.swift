import Foundation
import NotificationModel
import Policy

/// Makes the records that an event becomes.
struct EventOutput {
  let source: SourceRecord
  let event: RoutableEvent
  let now: UnixTime
  let encoder: JSONEncoder

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
      delivery.channel.topic, key: key, value: encode(delivery), headers: headers(Delivery.schema, id: delivery.id))
  }

  private func record(_ status: DeliveryStatus) -> OutgoingRecord {
    OutgoingRecord(
      .status, key: Array(status.deliveryID.utf8), value: encode(status),
      headers: headers(DeliveryStatus.schema, id: nil))
  }

  private func record(_ status: RoutedStatus) -> OutgoingRecord {
    OutgoingRecord(
      .status, key: Array(status.eventID.utf8), value: encode(status), headers: headers(RoutedStatus.schema, id: nil))
  }

  private func unresolved(_ recipients: [Int]) -> OutgoingRecord {
    let letter = DeadLetter(
      errorClass: .retriable, code: "UNKNOWN_USER",
      detail: "to[\(recipients[0])].user is not known: it may not have been replicated yet", eventTime: event.time,
      open: recipients)
    return letter.record(of: source)
  }

  private func encode(_ value: some Encodable) -> [UInt8] {
    // Values of our own types: there is nothing in them that JSON cannot hold.
    (try? encoder.encode(value)).map { Array($0) } ?? []
  }

  private func headers(_ schema: String, id: String?) -> [SourceRecord.Header] {
    var headers = [SourceRecord.Header(RecordHeader.schema, schema)]
    if let id { headers.append(SourceRecord.Header(RecordHeader.eventID, id)) }
    headers += source.headers.filter { $0.name == RecordHeader.traceParent || $0.name == RecordHeader.traceState }
    return headers
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
    return RoutedStatus(
      eventID: event.id, eventTime: event.time, replay: event.replay, isRelease: event.request.release != nil,
      deliveries: counts.deliveries, suppressions: counts.suppressions, deferrals: counts.deferrals,
      unresolved: judgement.unresolved.count, time: now)
  }
}
