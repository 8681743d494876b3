import Kafka
import NotificationModel
import Operations
import Redis
import Runtime
import Telemetry

/// From the provider's answers to what others are told.
extension WorkerSession {
  func takeReports() throws(RoleError) {
    let answered = reports.take().filter { sending[$0.tag] != nil && jobs[$0.tag] != nil }
    guard !answered.isEmpty else { return }
    let now = SystemTime.monotonicNanoseconds()
    let time = UnixTime(milliseconds: SystemTime.unixMicroseconds() / 1_000)
    var marks: [(tag: UInt64, outcome: SendOutcome?)] = []
    for report in answered {
      if let start = sending.removeValue(forKey: report.tag) {
        metrics.provider.observe(microseconds: (now - start) / 1_000)
      }
      judge(report.result, now)
      marks.append(
        (report.tag, OutcomeRules.outcome(report.result, resends: provider.resendsAmbiguous, now: time)))
    }
    try mark(marks)
  }

  /// What an answer says of the provider as a whole.
  private func judge(_ result: SendResult, _ now: Int64) {
    defer { tellOfProvider(result) }
    let failure: SendFailure? = if case .failed(let failure) = result { failure } else { nil }
    if let failure { metrics.countFailure(failure.code) }
    breaker.judge(failure, slowing: &pacer, jitter: Double.random(in: 0...1, using: &random), now: now)
  }

  /// Once when it is not called any more, and for each other reason that comes up, and once when it is called again.
  private func tellOfProvider(_ result: SendResult) {
    if breaker.state == .closed {
      guard !restCodes.isEmpty else { return }
      restCodes = []
      logger.notice("the provider takes deliveries again", ["provider": provider.name])
      if redisRest == nil { note(RoleState(.working)) }
    } else if case .failed(let failure) = result {
      // The last one is what is wrong now: an account that is refused looked like a token that is made at first.
      note(RoleState(.holding, "\(provider.name): \(failure.code)"))
      guard restCodes.insert(failure.code).inserted else { return }
      let fields: Logger.Metadata = ["provider": provider.name, "code": failure.code]
      if failure.effect == .providerRefuses {
        logger.error("the provider refuses everything: a person must act, deliveries wait", fields)
      } else {
        logger.warning("the provider takes nothing at present, deliveries wait", fields)
      }
    }
  }

  /// Marks first, so that nobody sends again, and then tells.
  private func mark(_ marks: [(tag: UInt64, outcome: SendOutcome?)]) throws(RoleError) {
    let claimed = marks.filter { jobs[$0.tag]?.isUnclaimed == false }
    var answers: [UInt64: MarkAnswer] = [:]
    do throws(RedisError) {
      let tickets = claimed.compactMap { mark in jobs[mark.tag].map { (ticket: $0.ticket, outcome: mark.outcome) } }
      for (mark, answer) in zip(claimed, try claims.finish(tickets)) { answers[mark.tag] = answer }
    } catch {
      // It is told without: only who reads the record again before it is committed could send it again.
      metrics.redisFailures.increment()
    }
    var back: [UInt64] = []
    for mark in marks {
      switch (answers[mark.tag] ?? .marked, mark.outcome) {
      case (.settled(let outcome), _): try tell(outcome, mark.tag)
      case (_, .some(let outcome)) where outcome.isSent: try tell(outcome, mark.tag)
      case (.lost, _):
        free(mark.tag)
        finish(mark.tag)
      case (.marked, .some(let outcome)): try tell(outcome, mark.tag)
      case (.marked, .none):
        // Without Redis it is not known whether it is still ours.
        if answers[mark.tag] == nil { jobs[mark.tag]?.letGo() }
        back.append(mark.tag)
      }
    }
    queue.giveBack(back)
  }

  /// Tells how it ended; the record is finished once Kafka has all of it.
  func tell(_ outcome: SendOutcome, _ tag: UInt64, counts: Bool = true) throws(RoleError) {
    guard let job = jobs[tag] else { return }
    let now = UnixTime(milliseconds: SystemTime.unixMicroseconds() / 1_000)
    if counts { metrics.count(outcome) }
    if counts, outcome.isSent, job.record.timestamp > 0 {
      metrics.latency.observe(microseconds: max(0, (now.milliseconds - job.record.timestamp) * 1_000))
    }
    let records = Telling.outcome(outcome, of: job, now: now)
    jobs[tag]?.telling = records.count
    free(tag)
    for record in records { try outlet.send(record, tag: tag) }
  }

  func tellUnreadable(_ record: SourceRecord, _ problem: UnreadableDelivery, _ tag: UInt64) throws(RoleError) {
    unreadable[tag] = record
    try outlet.send(Telling.unreadable(record, problem), tag: tag)
  }

  /// The next delivery to the same address may go.
  func free(_ tag: UInt64) {
    guard let job = jobs[tag] else { return }
    queue.done(job.delivery.address)
  }
}
