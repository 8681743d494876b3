import Audience
import Foundation
import Kafka
import NotificationModel
import Policy

/// Deliveries of an event that wait, with what brings the event back.
struct DeferredEventParts {
  let source: SourceRecord
  let event: RoutableEvent
  let places: [Place]

  struct Place {
    let channel, target: String
    let until: UnixTime
    let reason: String
  }

  var stored: DeferredEvent {
    DeferredEvent(
      id: event.id, aggregateType: source.header("aggregatetype") ?? NotificationRequest.aggregateType,
      aggregateID: source.key.map { String(decoding: $0, as: UTF8.self) } ?? event.id,
      type: source.header("type") ?? NotificationRequest.eventType,
      payload: String(decoding: source.value ?? [], as: UTF8.self), headers: Self.headers(source),
      replay: event.replay, eventTime: event.time,
      deliveries: places.map {
        DeferredDelivery(channel: $0.channel, target: $0.target, dueAt: $0.until, reason: $0.reason)
      })
  }

  /// The row's own headers: those of the relay come again with it.
  private static func headers(_ source: SourceRecord) -> String? {
    let relays: Set = ["id", "type", "aggregatetype", "lsn", "ordinal", "committed_at"]
    var own: [String: String] = [:]
    for header in source.headers where !relays.contains(header.name) && !header.name.hasPrefix(RecordHeader.prefix) {
      own[header.name] = header.value.map { String(decoding: $0, as: UTF8.self) }
    }
    guard !own.isEmpty, let json = try? JSONEncoder().encode(own) else { return nil }
    return String(decoding: json, as: UTF8.self)
  }
}
