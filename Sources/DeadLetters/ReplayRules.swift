public import Kafka
public import NotificationModel

/// What a replay keeps to.
public struct ReplayRules: Sendable {
  public var now: UnixTime
  /// How long a worker's claim knows what became of a delivery: `worker.claimHorizon`.
  public var claimHorizon: Duration = .seconds(172_800)
  public var ignoresExpiry = false
  /// The categories of kind advertising.
  public var advertising: Set<String> = []

  public init(now: UnixTime) { self.now = now }
}

/// What becomes of one dead letter.
public enum ReplayDecision {
  case produce(ReplayRecord)
  /// Only a pointer was parked: the record is to be read where it lies.
  case readOrigin(RecordPlace)
  /// A row that Kafka refused is to be read again.
  case readRow(RelayPointer)
  case refuse(ReplayRefusal)
}

extension ReplayRules {
  /// The record as it came first: key, value and its own headers byte for byte, the replay counted by one. Counted from
  /// the row, so that what is sent twice after a crash is the same claim.
  public func decide(_ row: DeadLetterRow) -> ReplayDecision {
    if row.schema == DeadLetterPointer.schema {
      guard row.saysForWhom else { return .refuse(.recipientsUnknown) }
      return row.place.map { .readOrigin($0) } ?? .refuse(.noOrigin)
    }
    if row.schema == RelayPointer.schema {
      return RelayPointer(value: row.value).map { .readRow($0) } ?? .refuse(.unreadable)
    }
    guard let topic = Self.home(row) else { return .refuse(.noOrigin) }
    let headers = Self.headers(row)
    guard Self.isDelivery(row) else {
      let content = RecordContent(key: row.key, value: row.value, headers: headers)
      return .produce(ReplayRecord(topic: topic, content: content))
    }
    do throws(ReplayRefusal) {
      let (delivery, value) = try renewed(row.value ?? [])
      var record = ReplayRecord(topic: topic, content: RecordContent(key: row.key, value: value, headers: headers))
      record.pending = ReplayRecord.Pending(delivery, replay: row.replay + 1, prefix: row.topicPrefix)
      return .produce(record)
    } catch {
      return .refuse(error)
    }
  }

  /// Headers of the failure go, so that the next attempt is the first; to whom an event is still to go stays.
  static func headers(_ row: DeadLetterRow) -> [SourceRecord.Header] {
    let own = row.headers.filter { header in
      header.name != RecordHeader.replay
        && (FailureNote.keeps(header.name) || (header.name == RecordHeader.recipients && !isDelivery(row)))
    }
    return own + [SourceRecord.Header(RecordHeader.replay, "\(row.replay + 1)")]
  }

  /// Where it came from first. Topics that only failures go through are nobody's home.
  static func home(_ row: DeadLetterRow) -> String? {
    let parts = (row.origin ?? "").split(separator: "/")
    if parts.count == 3, !isForFailures(parts[0]) { return String(parts[0]) }
    guard isDelivery(row) else { return row.schema == NotificationRequest.schema ? "\(row.topicPrefix)events" : nil }
    guard case .object(let members)? = row.value.flatMap({ try? JSONParser.parse($0) }),
      case .text(let channel)? = members["channel"], DeliveryChannel(rawValue: channel) != nil
    else { return nil }
    return row.topicPrefix + channel
  }

  private static func isForFailures(_ topic: Substring) -> Bool {
    topic.hasSuffix(".dlq") || topic.hasSuffix(".parked") || topic.contains(".retry.")
  }

  static func isDelivery(_ row: DeadLetterRow) -> Bool { row.schema == Delivery.schema }

  /// A worker sends nothing of which no claim could tell whether it was sent; a replay has a claim of its own, whose
  /// time begins now. With more than half of the old one's time left the value stays as it is.
  private func renewed(_ value: [UInt8]) throws(ReplayRefusal) -> (Delivery, [UInt8]) {
    // As a worker reads it: what that refuses would be parked again.
    guard let delivery = try? Delivery(json: value) else { throw .unreadable }
    var bytes = value
    if let sendBefore = delivery.sendBefore, sendBefore <= now {
      guard !advertising.contains(delivery.category) else { throw .permittedHoursOver }
      guard ignoresExpiry else { throw .expired }
      bytes = JSONMember.find("sendBefore", in: bytes)?.removed(from: bytes) ?? bytes
    }
    if now.milliseconds - delivery.notBefore.milliseconds > Int64(claimHorizon / .milliseconds(1)) / 2 {
      bytes = JSONMember.find("notBefore", in: bytes)?.replaced(by: "\(now.milliseconds)", in: bytes) ?? bytes
    }
    return (delivery, bytes)
  }
}
