import Kafka
import NotificationModel

/// A dead letter, or one that waits in a retry topic, as its headers say it.
struct DeadRecord {
  let source: SourceRecord
  /// Where it came from first; nil where that is no topic that is retried.
  let home: Home?
  /// Nil where its headers do not say what is to be done with it.
  let errorClass: ErrorClass?
  let code: String
  /// Which attempt failed; from 1 on.
  let attempt: Int
  /// How many of them were never made.
  let uncounted: Int
  /// What is in it; nil for an event, and for what cannot be read.
  let delivery: Delivery?
  /// Until when it waits, where its retry topic alone does not tell.
  let notBefore: UnixTime?

  /// What kind of record it is, by the topic it came from.
  struct Home: Equatable {
    let topic: NotificationTopic
    /// Nil for an event.
    let channel: DeliveryChannel?

    var label: String { channel?.rawValue ?? "events" }
    var schema: String { channel == nil ? NotificationRequest.schema : Delivery.schema }
  }

  /// The topics whose records are retried, by their names.
  struct Homes {
    private let byName: [Substring: Home]

    /// - Parameter prefix: of all topics' names.
    init(prefix: String) {
      let channels = DeliveryChannel.allCases.map { Home(topic: $0.topic, channel: $0) }
      let all = [Home(topic: .events, channel: nil)] + channels
      byName = Dictionary(uniqueKeysWithValues: all.map { (Substring($0.topic.name(prefix: prefix)), $0) })
    }

    /// - Parameter origin: `topic/partition/offset`.
    func home(of origin: String) -> Home? { byName[origin.prefix { $0 != "/" }] }
  }

  init(_ source: SourceRecord, _ homes: Homes) {
    self.source = source
    home = source.header(RecordHeader.origin).flatMap(homes.home)
    errorClass = source.header(RecordHeader.errorClass).flatMap(ErrorClass.init(rawValue:))
    code = source.header(RecordHeader.errorCode) ?? "NO_CODE"
    attempt = Self.small(source.number(RecordHeader.attempt), least: 1)
    uncounted = min(attempt - 1, Self.small(source.number(RecordHeader.uncounted), least: 0))
    delivery = home?.channel == nil ? nil : Self.delivery(source)
    notBefore = source.number(RecordHeader.notBefore).map { UnixTime(milliseconds: $0) }
  }

  /// Milliseconds that the other side asked for.
  var retryAfter: Int64? {
    source.number(RecordHeader.retryAfter).map { max(0, min($0, 366 * 86_400)) * 1_000 }
  }

  /// It may have arrived.
  var isAmbiguous: Bool {
    source.header(RecordHeader.state) == DeliveryState.ambiguous.rawValue || code == "OUTCOME_UNKNOWN"
  }

  /// It came from a channel's topic, and is no delivery.
  var isUnreadable: Bool { home?.channel != nil && delivery == nil }

  /// Names one failed attempt: whoever tells it again tells the same.
  var ticket: String? {
    guard home != nil, let id = source.header(RecordHeader.eventID) else { return nil }
    let replay = source.header(RecordHeader.replay) ?? ""
    return "\(id)/\(replay)/\(attempt)/\(source.header(RecordHeader.recipients) ?? "")"
  }

  private static func delivery(_ source: SourceRecord) -> Delivery? {
    guard let value = source.value else { return nil }
    return try? Delivery(json: value)
  }

  /// A number of a header, within what can be counted on with.
  private static func small(_ number: Int64?, least: Int) -> Int { Int(min(max(number ?? 0, Int64(least)), 1_000_000)) }
}
