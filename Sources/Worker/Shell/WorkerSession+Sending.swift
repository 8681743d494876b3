import NotificationModel
import Operations
import Redis
import Runtime
import Telemetry

/// From the queue to the provider.
extension WorkerSession {
  /// While a batch is claimed nothing else happens, so it is bounded.
  private static let batch = 500

  func startSending(_ now: Int64) throws(RoleError) {
    if let rest = redisRest, now < rest.until { return }
    while true {
      let tags = admit(SystemTime.monotonicNanoseconds())
      guard !tags.isEmpty else { return }
      let sendable = try withoutObstacle(tags)
      // Where nothing is sent again, an answer of Redis that is lost shall not leave behind what looks as if it was.
      let begun = provider.resendsAmbiguous ? try claim(sendable, beginning: true) : try begin(claim(sendable))
      if begun.isEmpty { breaker.unused(now: now) } else { try send(begun) }
      if redisRest != nil { return }
    }
  }

  private func admit(_ now: Int64) -> [UInt64] {
    let room = min(settings.inFlight - sending.count, queue.readyCount, Self.batch)
    guard room > 0 else { return [] }
    let admitted = breaker.admit(room, now: now)
    let count = pacer.take(admitted, now: now)
    if count == 0 { breaker.unused(now: now) }
    return queue.take(count)
  }

  /// Without those that may not be sent any more, which are told.
  private func withoutObstacle(_ tags: [UInt64]) throws(RoleError) -> [UInt64] {
    let now = UnixTime(milliseconds: SystemTime.unixMicroseconds() / 1_000)
    let horizon = Int64(settings.claimHorizon / .milliseconds(1))
    var left: [UInt64] = []
    for tag in tags {
      guard let job = jobs[tag] else { continue }
      if let outcome = OutcomeRules.obstacle(job.delivery, horizon: horizon, now: now) {
        try tell(outcome, tag)
      } else {
        left.append(tag)
      }
    }
    return left
  }

  /// - Returns: those that are ours.
  private func claim(_ tags: [UInt64], beginning: Bool = false) throws(RoleError) -> [UInt64] {
    // What the provider has not taken is claimed, and is to be begun anew.
    if beginning { for tag in tags { jobs[tag]?.isClaimed = false } }
    let wanted = tags.filter { jobs[$0]?.isClaimed == false }
    let answers: [ClaimAnswer]
    do throws(RedisError) {
      answers = try claims.claim(wanted.compactMap { jobs[$0]?.ticket }, beginning: beginning)
      endRedisRest()
    } catch {
      return withoutRedis(tags, error)
    }
    for (tag, answer) in zip(wanted, answers) { try take(answer, tag) }
    return tags.filter { jobs[$0]?.isClaimed == true && jobs[$0]?.telling == nil }
  }

  private func take(_ answer: ClaimAnswer, _ tag: UInt64) throws(RoleError) {
    switch answer {
    case .claimed: jobs[tag]?.isClaimed = true
    case .resend:
      metrics.resent.increment()
      jobs[tag]?.isClaimed = true
    case .held(let time):
      metrics.heldByOthers.increment()
      delay(tag, by: time)
    case .done(let outcome), .failed(let outcome):
      metrics.toldAgain.increment()
      try tell(outcome, tag, counts: false)
    case .ambiguous: try tell(.ambiguous, tag)
    case .superseded:
      free(tag)
      finish(tag)
    }
  }

  /// Asks again then, and a little later than the lease's end.
  private func delay(_ tag: UInt64, by time: Duration) {
    delayed.append((SystemTime.monotonicNanoseconds() + Int64(time / .nanoseconds(1)) + 50_000_000, tag))
  }

  /// - Returns: those that may be sent now.
  private func begin(_ tags: [UInt64]) throws(RoleError) -> [UInt64] {
    let claimed = tags.filter { jobs[$0]?.isUnclaimed == false }
    let answers: [Bool]
    do throws(RedisError) {
      answers = try claims.begin(claimed.compactMap { jobs[$0]?.ticket })
    } catch {
      for tag in claimed { jobs[tag]?.isClaimed = false }
      return withoutRedis(tags, error)
    }
    var lost: Set<UInt64> = []
    for (tag, isOurs) in zip(claimed, answers) where !isOurs {
      // The lease ran out while it waited; whoever has it will tell, or it is ours again.
      jobs[tag]?.isClaimed = false
      lost.insert(tag)
      delay(tag, by: .seconds(1))
    }
    return tags.filter { !lost.contains($0) }
  }

  /// - Returns: those that are sent all the same.
  private func withoutRedis(_ tags: [UInt64], _ error: RedisError) -> [UInt64] {
    metrics.redisFailures.increment()
    guard settings.withoutRedis == .hold else {
      metrics.unclaimed.increment(by: tags.count)
      for tag in tags { jobs[tag]?.isUnclaimed = true }
      return tags
    }
    queue.giveBack(tags)
    var backoff = redisRest?.backoff ?? Backoff()
    if redisRest == nil {
      logger.warning("Redis cannot be asked; nothing is sent until it can", ["reason": error.description])
      note(RoleState(.holding, "Redis: \(error)"))
    }
    let time = Int64(backoff.next(using: &random) / .nanoseconds(1))
    redisRest = (SystemTime.monotonicNanoseconds() + time, backoff)
    return []
  }

  private func endRedisRest() {
    guard redisRest != nil else { return }
    redisRest = nil
    logger.notice("Redis answers again")
    if restCodes.isEmpty { note(RoleState(.working)) }
  }

  private func send(_ tags: [UInt64]) throws(RoleError) {
    let (now, time) = (SystemTime.monotonicNanoseconds(), UnixTime(milliseconds: SystemTime.unixMicroseconds() / 1_000))
    var requests: [SendRequest] = []
    for tag in tags {
      guard let job = jobs[tag] else { continue }
      sending[tag] = now
      if !job.isTold {
        jobs[tag]?.isTold = true
        try outlet.send(Telling.processing(job, now: time), tag: 0)
      }
      requests.append(SendRequest(tag: tag, delivery: job.delivery, attempt: job.ticket.attempt))
    }
    provider.send(requests) { [reports] in reports.add($0) }
  }
}
