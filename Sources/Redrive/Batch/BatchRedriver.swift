import Audience
import Kafka
import NotificationModel
import Policy
import Postgres
import Redis
import Runtime

/// Says what becomes of batches of dead letters and of what has waited. It knows PostgreSQL and Redis and no Kafka. It
/// belongs to one thread.
final class BatchRedriver {
  private let settings: RedriveSettings
  private let rules: LetterRules
  private let homes: DeadRecord.Homes
  private let audience: AudienceLoader
  private var done = RepeatGuard()

  /// - Throws: `stop` where the settings of Redis cannot be used.
  init(_ settings: RedriveSettings) throws(RedisError) {
    self.settings = settings
    homes = DeadRecord.Homes(prefix: settings.topicPrefix)
    rules = LetterRules(
      ladders: settings.ladders, waits: settings.waits, horizon: Int64(settings.claimHorizon / .milliseconds(1)))
    audience = AudienceLoader(
      settings.database, redis: try RedisConnection(settings.redis), prefix: settings.redisPrefix,
      localUsers: settings.localUsers)
  }

  /// Times Redis did not answer, since it was made.
  var redisFailures: Int { audience.counts.cacheFailures }

  /// To be called before anything is read again: what was done by clients that are gone may not be in Kafka.
  func forget() { done.removeAll() }

  /// - Parameters:
  ///   - sources: of `notification.dlq` and, due already, of the retry topics.
  ///   - now: by which everything of the batch is judged.
  /// - Throws: PostgreSQL cannot be asked; nothing was done that may not be done again.
  func redrive(_ sources: [SourceRecord], now: UnixTime) throws(PostgresError) -> RedrivenBatch {
    let deadLetters = settings.name(.deadLetters)
    var batch = RedrivenBatch()
    var tickets: Set<String> = []
    var cases: [RedriveCase] = []
    for source in sources {
      let one = RedriveCase(
        DeadRecord(source, homes), isNew: source.place.topic == deadLetters, rules, now)
      if let ticket = one.ticket, done.contains(ticket) || !tickets.insert(ticket).inserted {
        batch.counts.repeated += 1
      } else {
        cases.append(one)
      }
    }
    try judge(&cases, now)
    finish(cases, &batch, now)
    done.insert(cases.compactMap(\.doneTicket))
    return batch
  }

  private func judge(_ cases: inout [RedriveCase], _ now: UnixTime) throws(PostgresError) {
    let waiting = cases.indices.filter { cases[$0].needsPolicy }
    guard !waiting.isEmpty else { return }
    do throws(PostgresError) {
      let judge = try judge(for: waiting.compactMap { cases[$0].letter.delivery }, now)
      for index in waiting { cases[index].judge(judge, rules) }
    } catch {
      guard case .reject = error.disposition else { throw error }
      // The database refused a question for what is in it: only the delivery that brought it is to suffer.
      for index in waiting { try judgeAlone(&cases[index], now) }
    }
  }

  private func judgeAlone(_ one: inout RedriveCase, _ now: UnixTime) throws(PostgresError) {
    do throws(PostgresError) {
      one.judge(try judge(for: [one.letter.delivery].compactMap { $0 }, now), rules)
    } catch {
      guard case .reject = error.disposition else { throw error }
      one.end = .parked(because: "REFUSED_BY_DATABASE")
    }
  }

  private func judge(for deliveries: [Delivery], _ now: UnixTime) throws(PostgresError) -> Judge {
    var request = AudienceRequest()
    for delivery in deliveries {
      if let user = delivery.user {
        request.users.insert(user)
      } else if let address = SuppressibleAddress(delivery.address) {
        request.addresses.insert(address)
      }
    }
    let known = try audience.load(request)
    let people = PolicyAudience(
      users: known.users, settings: known.settings, suppressions: known.suppressions, categories: known.categories)
    return Judge(settings.policy, people, now: now)
  }

  private func finish(_ cases: [RedriveCase], _ batch: inout RedrivenBatch, _ now: UnixTime) {
    var alerts = ParkedAlerts()
    let prefix = settings.topicPrefix
    for one in cases {
      let output = LetterOutput(letter: one.letter, now: now) { $0.name(prefix: prefix) }
      batch.records += one.records(output, rules, &alerts)
      one.count(into: &batch.counts)
    }
    guard let first = cases.first else { return }
    let output = LetterOutput(letter: first.letter, now: now) { $0.name(prefix: prefix) }
    batch.records += alerts.all.map(output.alert)
  }
}
