import Kafka
import NotificationModel

/// An event's record as it is sent again: key, value and headers as they are, and what keeps it the same event.
enum SweptRecord {
  /// When the event came first, as its deliveries' age counts from then.
  static func arrived(_ source: SourceRecord) -> Int64 { source.number(RecordHeader.arrived) ?? source.timestamp }

  /// - Parameter eventTime: as the log files it.
  static func content(of source: SourceRecord, eventTime: UnixTime, now: UnixTime) -> RecordContent {
    let own = [
      (RecordHeader.eventTime, eventTime.milliseconds), (RecordHeader.arrived, arrived(source)),
      (RecordHeader.swept, now.milliseconds),
    ]
    let names = Set(own.map(\.0))
    return RecordContent(
      key: source.key, value: source.value,
      headers: source.headers.filter { !names.contains($0.name) }
        + own.map { SourceRecord.Header($0.0, String($0.1)) })
  }

  /// What an operator hears of events that were left.
  static func alert(_ left: [(event: SweepCase, reason: SweepCase.LeftReason)], now: UnixTime) -> Alert {
    let reasons = Dictionary(grouping: left, by: \.reason).sorted { $0.key.rawValue < $1.key.rawValue }
    let deliveries = left.reduce(0) { $0 + $1.event.deliveries }
    return Alert(
      group: "sweeper/stuck", severity: .critical,
      title: "\(left.count) events have deliveries that nobody has sent, and are left as they are",
      detail: "\(deliveries) deliveries; "
        + reasons.map { "\($0.key.rawValue) \($0.value.count)" }.joined(separator: ", ")
        + ". bongsu trace says how far each came.",
      count: left.count, references: left.map(\.event.key.event), time: now)
  }
}
