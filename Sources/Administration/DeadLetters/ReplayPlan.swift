import Kafka
public import NotificationModel

/// Why a dead letter cannot be replayed as it is.
public enum ReplayRefusal: String, Error, CaseIterable {
  case noOrigin = "NO_ORIGIN"
  case unreadable = "UNREADABLE"
  case expired = "EXPIRED"
  case permittedHoursOver = "PERMITTED_HOURS_OVER"
  case rowGone = "ROW_GONE"
  case rowDiffers = "ROW_DIFFERS"
  case notAllowed = "NOT_ALLOWED"
  case noSource = "NO_SOURCE"
  case refusedByKafka = "REFUSED_BY_KAFKA"
  case originGone = "ORIGIN_GONE"
  case originDiffers = "ORIGIN_DIFFERS"
  case recipientsUnknown = "RECIPIENTS_UNKNOWN"

  /// For people.
  public var explanation: String {
    switch self {
    case .noOrigin: "nobody knows which topic they came from"
    case .unreadable: "they are no delivery that could be read"
    case .expired: "their time to be sent is over; --ignore-expiry sends them all the same"
    case .permittedHoursOver: "the hours in which advertising may be sent are over; write their events anew"
    case .rowGone: "the outbox does not have their rows any more"
    case .rowDiffers: "the outbox's rows cannot be sent: they differ from those refused, or their headers are no object"
    case .notAllowed: "their outbox does not let this log-in read their rows"
    case .noSource: "their outbox is not known; name it by --outbox-dsn, or the relay's sources in the configuration"
    case .refusedByKafka: "Kafka refuses them still, as for their size"
    case .originGone:
      "neither their topics nor an outbox hold their records any more; have the service write the events anew, then "
        + "purge them"
    case .originDiffers:
      "other records lie where theirs did, as in a topic that was made anew; have the service write the events anew, "
        + "then purge them"
    case .recipientsUnknown:
      "they are pointers of an older version, which do not say which of an event's recipients have it already; have the "
        + "service write the events anew for the others, then purge them"
    }
  }
}

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
enum ReplayDecision {
  case produce(topic: String, RecordContent)
  /// Only a pointer was parked: the record is to be read where it lies.
  case readOrigin(RecordPlace)
  /// A row that Kafka refused is to be read again.
  case readRow(RelayPointer)
  case refuse(ReplayRefusal)
}

extension ReplayRules {
  /// The record as it came first: key, value and its own headers byte for byte, the replay counted by one. Counted from
  /// the row, so that what is sent twice after a crash is the same claim.
  func decide(_ row: DeadLetterRow) -> ReplayDecision {
    if row.schema == DeadLetterPointer.schema {
      guard row.saysForWhom else { return .refuse(.recipientsUnknown) }
      return row.place.map { .readOrigin($0) } ?? .refuse(.noOrigin)
    }
    if row.schema == "relay.pointer.v1" {
      return RelayPointer(value: row.value).map { .readRow($0) } ?? .refuse(.unreadable)
    }
    guard let topic = Self.home(row) else { return .refuse(.noOrigin) }
    var sent = row.value
    if Self.isDelivery(row) {
      switch renewed(row.value ?? []) {
      case .success(let bytes): sent = bytes
      case .failure(let refusal): return .refuse(refusal.reason)
      }
    }
    return .produce(topic: topic, RecordContent(key: row.key, value: sent, headers: Self.headers(row)))
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
    let prefix = row.parkedTopic.hasSuffix("parked") ? String(row.parkedTopic.dropLast(6)) : "notification."
    guard isDelivery(row) else { return row.schema == NotificationRequest.schema ? "\(prefix)events" : nil }
    guard case .object(let members)? = row.value.flatMap({ try? JSONParser.parse($0) }),
      case .text(let channel)? = members["channel"], DeliveryChannel(rawValue: channel) != nil
    else { return nil }
    return prefix + channel
  }

  private static func isForFailures(_ topic: Substring) -> Bool {
    topic.hasSuffix(".dlq") || topic.hasSuffix(".parked") || topic.contains(".retry.")
  }

  static func isDelivery(_ row: DeadLetterRow) -> Bool { row.schema == Delivery.schema }

  private struct Refused: Error { let reason: ReplayRefusal }

  /// A worker sends nothing of which no claim could tell whether it was sent; a replay has a claim of its own, whose
  /// time begins now. With more than half of the old one's time left the value stays as it is.
  private func renewed(_ value: [UInt8]) -> Result<[UInt8], Refused> {
    guard case .object(let members)? = try? JSONParser.parse(value), let notBefore = Self.time(members["notBefore"])
    else { return .failure(Refused(reason: .unreadable)) }
    var bytes = value
    if let sendBefore = Self.time(members["sendBefore"]), sendBefore <= now.milliseconds {
      if case .text(let category)? = members["category"], advertising.contains(category) {
        return .failure(Refused(reason: .permittedHoursOver))
      }
      guard ignoresExpiry else { return .failure(Refused(reason: .expired)) }
      bytes = JSONMember.find("sendBefore", in: bytes)?.removed(from: bytes) ?? bytes
    }
    if now.milliseconds - notBefore > Int64(claimHorizon / .milliseconds(1)) / 2 {
      bytes = JSONMember.find("notBefore", in: bytes)?.replaced(by: "\(now.milliseconds)", in: bytes) ?? bytes
    }
    return .success(bytes)
  }

  private static func time(_ value: JSONValue?) -> Int64? {
    if case .number(let text)? = value { Int64(text) } else { nil }
  }
}

/// What a replay came to.
public struct ReplayTally: Sendable, Equatable {
  public var replayed = 0
  /// By the topic that they went to.
  public var topics: [String: Int] = [:]
  public var refused: [ReplayRefusal: Int] = [:]
  /// What to type by outbox, where one does not let its rows be read.
  public var grants: [String: String] = [:]
  /// Of which only a pointer was parked, by where their records were read: a topic, or `outbox`.
  public var reread: [String: Int] = [:]
  /// The signal that ended it early.
  public var signal: Int32?

  public var seen: Int { replayed + refused.values.reduce(0, +) }

  public init() {}

  /// Such lines as `notification.sms  120`.
  public func text(verb: String) -> String {
    var lines = ["\(verb) \(replayed)"]
    lines += topics.sorted { $0.key < $1.key }.map { "  \($0.key)  \($0.value)" }
    lines += reread.sorted { $0.key < $1.key }.map { "of them only pointers, read again from \($0.key)  \($0.value)" }
    for (reason, count) in refused.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      lines.append("left as they are, \(reason.rawValue): \(count): \(reason.explanation)")
    }
    lines += grants.sorted { $0.key < $1.key }.map { "outbox \($0.key): \($0.value)" }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// How fast a replay may go: whole batches at a steady rate.
struct ReplayPace {
  /// Records a second; nil: as fast as it goes.
  let rate: Int?
  let start: Int64

  /// Records of one batch: what is sent twice at most after a crash.
  var batch: Int { min(rate ?? Self.most, Self.most) }
  static let most = 100

  /// When the next batch may begin, in the clock of `start`, once so many were sent.
  func next(after sent: Int) -> Int64 {
    guard let rate else { return start }
    return start + Int64(sent) * 1_000_000_000 / Int64(rate)
  }
}
