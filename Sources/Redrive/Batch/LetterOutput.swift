import Kafka
import NotificationModel
import Policy

/// Makes the records that a dead letter becomes. Key, value and the record's own headers stay byte for byte, apart from
/// what `republished` is given.
struct LetterOutput {
  let letter: DeadRecord
  let now: UnixTime
  /// A topic's name with its prefix.
  let name: @Sendable (NotificationTopic) -> String

  private typealias Header = SourceRecord.Header
  private var source: SourceRecord { letter.source }

  /// In a retry topic, with all that its headers say.
  func waiting(_ tier: RetryTier, notBefore: UnixTime?) -> OutletRecord {
    var headers = source.headers.filter { $0.name != RecordHeader.notBefore }
    if let notBefore { headers.append(Header(RecordHeader.notBefore, "\(notBefore.milliseconds)")) }
    return OutletRecord(name(tier.topic), content(headers)) { [self] in refused($0) }
  }

  /// Back where it came from, with the attempt counted.
  /// - Parameter value: in place of its own; nil: its own.
  func republished(to home: DeadRecord.Home, value: [UInt8]?) -> OutletRecord {
    let kept: Set = [RecordHeader.replay, RecordHeader.eventTime, RecordHeader.recipients]
    var headers = source.headers.filter { !$0.name.hasPrefix(RecordHeader.prefix) || kept.contains($0.name) }
    headers.append(Header(RecordHeader.attempt, "\(letter.attempt + 1)"))
    let uncounted = letter.uncounted + (letter.errorClass == .window ? 1 : 0)
    if uncounted > 0 { headers.append(Header(RecordHeader.uncounted, "\(uncounted)")) }
    let content = RecordContent(key: source.key, value: value ?? source.value, headers: headers)
    return OutletRecord(name(home.topic), content) { [self] in refused($0) }
  }

  /// For a person.
  /// - Parameter code: why, where it is not what its headers say.
  func parked(because code: String? = nil) -> OutletRecord {
    var headers = source.headers.filter { $0.name != RecordHeader.notBefore }
    func add(_ name: String, _ text: String, over isReplaced: Bool = false) {
      if isReplaced { headers.removeAll { $0.name == name } }
      if !headers.contains(where: { $0.name == name }) { headers.append(Header(name, text)) }
    }
    add(RecordHeader.errorClass, ErrorClass.permanent.rawValue, over: code != nil)
    add(RecordHeader.errorCode, code ?? letter.code, over: code != nil)
    add(RecordHeader.attempt, "\(letter.attempt)")
    add(RecordHeader.origin, source.origin)
    if let schema = letter.home?.schema { add(RecordHeader.schema, schema) }
    return OutletRecord(name(.parked), content(headers)) { [self] code in [pointer(because: code)] }
  }

  private func content(_ headers: [SourceRecord.Header]) -> RecordContent {
    RecordContent(key: source.key, value: source.value, headers: headers)
  }

  /// Kafka does not take it where it was to go: it is parked after all, and told as any other.
  private func refused(_ code: String) -> [OutletRecord] {
    var alerts = ParkedAlerts()
    alerts.add(
      letter.home?.label ?? "unknown", code: code, isExhausted: false, id: source.header(RecordHeader.eventID), now: now
    )
    var records = [parked(because: code)] + alerts.all.map { alert($0) }
    if let delivery = letter.delivery { records.append(status(delivery, .fail, reason: code)) }
    return records
  }

  private func pointer(because code: String) -> OutletRecord {
    let pointer = DeadLetterPointer(
      origin: source.header(RecordHeader.origin) ?? source.origin, id: source.header(RecordHeader.eventID) ?? "",
      code: code, value: source.value,
      originalSchema: letter.home?.schema ?? source.header(RecordHeader.schema) ?? "",
      notes: source.headers.compactMap { header in source.header(header.name).map { (header.name, $0) } })
    let content = RecordContent(
      key: source.key.map { Array($0.prefix(1_024)) }, value: pointer.value,
      headers: pointer.headers.map { Header($0.name, $0.text) })
    return OutletRecord(name(.parked), content)
  }

  /// What is not made any more counts as the next attempt, so that it stands above the last one's RETRYING.
  func status(
    _ delivery: Delivery, _ state: DeliveryState, reason: String, until: UnixTime? = nil
  ) -> OutletRecord {
    let replay = source.number(RecordHeader.replay).map { Int(clamping: $0) } ?? delivery.replay
    var status = DeliveryStatus(
      deliveryID: delivery.id, eventID: delivery.eventID, eventTime: delivery.eventTime, replay: replay,
      attempt: letter.attempt + (state == .fail ? 0 : 1), state: state, reason: reason, user: delivery.user,
      channel: delivery.channel, target: delivery.target, category: delivery.category, template: delivery.template,
      time: now)
    status.until = until
    return record(.status, key: delivery.id, schema: DeliveryStatus.schema) { status.write(to: &$0) }
  }

  func alert(_ alert: Alert) -> OutletRecord {
    record(.alerts, key: alert.group, schema: Alert.schema) { alert.write(to: &$0) }
  }

  private func record(
    _ topic: NotificationTopic, key: String, schema: String, _ write: (inout JSONWriter) -> Void
  ) -> OutletRecord {
    var writer = JSONWriter()
    write(&writer)
    let content = RecordContent(
      key: Array(key.utf8), value: writer.bytes, headers: [Header(RecordHeader.schema, schema)])
    return OutletRecord(name(topic), content)
  }
}
