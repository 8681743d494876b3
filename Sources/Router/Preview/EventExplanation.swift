import Audience
import Kafka
public import NotificationModel
public import Policy
public import Postgres

/// What would become of an event now, and why. It asks the database and changes nothing; the rate limiter is not asked,
/// as a question counts.
public struct EventExplanation {
  public let event: RoutableEvent
  public let judgement: Judgement

  /// - Parameter payload: the event's JSON, as a service writes it.
  /// - Throws: `Rejection`, why it would be a dead letter; `PostgresError`.
  public init(
    payload: [UInt8], _ database: ConnectionSettings, _ policy: PolicySettings, now: UnixTime
  ) throws {
    let record = SourceRecord(
      place: TopicPartition("-", 0), offset: 0, timestamp: now.milliseconds, key: nil, value: payload,
      headers: [SourceRecord.Header(RecordHeader.eventID, "00000000-0000-7000-8000-000000000000")])
    event = try EventParser(maxBytes: 1_048_588).parse(record)
    var request = AudienceRequest()
    request.add(event.request)
    let batch = try AudienceLoader(database, redis: nil).load(request)
    var shelf = TemplateShelf()
    judgement = try Judge(policy, PolicyAudience(batch, &shelf), now: now).judge(event)
  }

  /// The recipients that the database does not know, by index.
  public var unresolved: [Int] { judgement.unresolved }
}
