public import Audience
public import Kafka
public import NotificationModel
import Policy
public import Postgres
public import Redis
import Runtime

/// Routes batches: parse, load the audience, judge, ask the limiter, keep what waits, and make the records. It knows
/// PostgreSQL and Redis and no Kafka. It belongs to one thread.
public final class BatchRouter {
  private let settings: RouterSettings
  private let parser: EventParser
  private let audience: AudienceLoader
  private let limiter: LimiterGate
  private let deferrals: DeferralStore
  private var shelf = TemplateShelf()
  /// What Redis last failed with; nil while it answers.
  public private(set) var redisTrouble: RedisError?

  /// - Throws: `stop` where the settings of Redis cannot be used.
  public init(_ settings: RouterSettings) throws(RedisError) {
    self.settings = settings
    let redis = try RedisConnection(settings.redis)
    parser = EventParser(maxBytes: settings.maxEventBytes)
    audience = AudienceLoader(
      settings.database, redis: redis, prefix: settings.redisPrefix, localUsers: settings.localUsers)
    limiter = LimiterGate(RateLimiter(redis, horizon: settings.claimHorizon, prefix: settings.redisPrefix))
    deferrals = DeferralStore(settings.database)
  }

  public var audienceCounts: AudienceCounts { audience.counts }

  /// - Parameter now: milliseconds since 1970, by which everything of the batch is judged.
  /// - Throws: PostgreSQL cannot be asked; nothing was done that may not be done again.
  public func route(_ sources: [SourceRecord], now: UnixTime) throws(PostgresError) -> RoutedBatch {
    var cases = sources.map { RoutingCase($0, parser) }
    let known: PolicyAudience
    do throws(PostgresError) { known = try load(cases) } catch {
      guard case .reject(let reason) = error.disposition else { throw error }
      guard cases.count == 1 else { return try singly(sources, now) }
      cases[0].reject("REFUSED_BY_DATABASE", reason)
      known = PolicyAudience()
    }
    return try route(&cases, Judge(settings.policy, known, now: now), now)
  }

  /// The database refused a question for what is in it: only the event that brought it is to suffer.
  private func singly(_ sources: [SourceRecord], _ now: UnixTime) throws(PostgresError) -> RoutedBatch {
    var all = RoutedBatch()
    for source in sources { all.add(try route([source], now: now)) }
    return all
  }

  private func route(
    _ cases: inout [RoutingCase], _ judge: Judge, _ now: UnixTime
  ) throws(PostgresError) -> RoutedBatch {
    for index in cases.indices { cases[index].judge(judge) }
    var batch = RoutedBatch()
    limit(&cases, judge, &batch.counts)
    try keepDeferred(&cases, now)
    for routed in cases {
      batch.records += routed.records(now)
      routed.count(into: &batch.counts)
    }
    return batch
  }

  private func load(_ cases: [RoutingCase]) throws(PostgresError) -> PolicyAudience {
    var request = AudienceRequest()
    for case let event? in cases.map(\.event) { request.add(event.request) }
    let batch = try audience.load(request)
    return PolicyAudience(batch, &shelf)
  }

  private func limit(_ cases: inout [RoutingCase], _ judge: Judge, _ counts: inout RoutedCounts) {
    let requests = cases.map(\.rateRequests)
    let answer = limiter.decide(requests.flatMap { $0 })
    if !answer.decisions.isEmpty { redisTrouble = answer.failure }
    counts.rateUnknown += answer.decisions.count { $0 == .unknown }
    var start = 0
    for index in cases.indices where !requests[index].isEmpty {
      cases[index].settle(answer.decisions[start..<start + requests[index].count], judge)
      start += requests[index].count
    }
  }

  /// All in one round trip; where the database refuses one for what it holds, each by itself, so that only that one
  /// becomes a dead letter.
  private func keepDeferred(_ cases: inout [RoutingCase], _ now: UnixTime) throws(PostgresError) {
    let waiting = cases.indices.compactMap { index in
      cases[index].deferred(now).map { (index: index, event: $0.stored) }
    }
    guard !waiting.isEmpty else { return }
    do throws(PostgresError) {
      try deferrals.keep(waiting.map(\.event))
    } catch {
      guard case .reject = error.disposition else { throw error }
      for (index, event) in waiting {
        do throws(PostgresError) { try deferrals.keep([event]) } catch {
          guard case .reject(let reason) = error.disposition else { throw error }
          cases[index].reject("CANNOT_BE_DEFERRED", reason)
        }
      }
    }
  }
}

extension AudienceRequest {
  public mutating func add(_ request: NotificationRequest) {
    if let template = request.template { templates.insert(template) }
    for recipient in request.to {
      switch recipient.whom {
      case .user(let id): users.insert(id)
      case .address(let address): if let known = SuppressibleAddress(address) { addresses.insert(known) }
      }
    }
  }
}

extension PolicyAudience {
  init(_ batch: AudienceBatch, _ shelf: inout TemplateShelf) {
    self.init(
      users: batch.users, settings: batch.settings, suppressions: batch.suppressions, categories: batch.categories,
      templates: shelf.compiled(batch.templates))
  }
}
