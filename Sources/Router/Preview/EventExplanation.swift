public import Audience
import Kafka
public import NotificationModel
public import Policy
public import Postgres
import Redis

/// What would become of an event now, and why. It asks the database, and the rate limiter without counting, and changes
/// nothing.
public struct EventExplanation {
  public let event: RoutableEvent
  public let judgement: Judgement
  /// Why the rate limiter could not be asked; what it would say is left open then.
  public let limiterTrouble: String?

  /// - Parameters:
  ///   - payload: the event's JSON, as a service writes it.
  ///   - limiter: nil leaves open what it would say.
  /// - Throws: `Rejection`, why it would be a dead letter; `PostgresError`.
  public init(
    payload: [UInt8], _ database: ConnectionSettings, _ policy: PolicySettings, _ limiter: RateLimiter? = nil,
    now: UnixTime
  ) throws {
    let record = SourceRecord(
      place: TopicPartition("-", 0), offset: 0, timestamp: now.milliseconds, key: nil, value: payload,
      headers: [SourceRecord.Header(RecordHeader.eventID, "00000000-0000-7000-8000-000000000000")])
    event = try EventParser(maxBytes: 1_048_588).parse(record)
    var request = AudienceRequest()
    request.add(event.request)
    let batch = try AudienceLoader(database, redis: nil).load(request)
    var shelf = TemplateShelf()
    let judge = Judge(policy, PolicyAudience(batch, &shelf), now: now)
    var judgement = try judge.judge(event)
    let answer = limiter?.peek(judgement.rateRequests(event.id))
    if let answer, answer.failure == nil {
      judgement.settle(answer.decisions, isAdvertising: judge.isAdvertising(event))
    }
    (self.judgement, limiterTrouble) = (judgement, answer?.failure?.description)
  }

  /// The recipients that the database does not know, by index.
  public var unresolved: [Int] { judgement.unresolved }
}
