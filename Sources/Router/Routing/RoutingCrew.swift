import Audience
import Kafka
import NotificationModel
import Postgres
import Redis

/// Routes batches, on several threads where they are large. The caller's thread takes the first share, and all of a small
/// batch: where few events come, one thread with warm caches does everything. It belongs to one thread.
final class RoutingCrew {
  private let own: BatchRouter
  private let hands: [RoutingHand]
  private var countsOfHands: [AudienceCounts]

  /// - Throws: `stop` where the settings of Redis cannot be used.
  init(_ settings: RouterSettings) throws(RedisError) {
    var share = settings
    share.localUsers = settings.localUsers / settings.lanes
    own = try BatchRouter(share)
    hands = (1..<settings.lanes).map { [share] in RoutingHand(number: $0, share) }
    countsOfHands = hands.map { _ in AudienceCounts() }
  }

  var audienceCounts: AudienceCounts { countsOfHands.reduce(own.audienceCounts) { $0.adding($1) } }

  /// - Throws: PostgreSQL cannot be asked; nothing was done that may not be done again.
  func route(_ records: [SourceRecord], now: UnixTime) throws(PostgresError) -> RoutedBatch {
    let shares = RoutingShares.of(records, count: hands.count + 1)
    guard let first = shares.first else { return RoutedBatch() }
    let others = shares.indices.dropFirst().map { $0 - 1 }
    for hand in others { hands[hand].begin(shares[hand + 1], now: now) }
    let mine = Result { () throws(PostgresError) in try own.route(first, now: now) }
    // Each is waited for, also where another one failed: it uses its connections until then.
    let theirs = others.map { hand in
      let answer = hands[hand].finish()
      countsOfHands[hand] = answer.counts
      return answer.result
    }
    var batch = try mine.get()
    for result in theirs { batch.add(try result.get()) }
    return batch
  }
}
