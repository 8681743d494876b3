import Foundation
import Kafka
import NotificationModel
import Operations
import Redis
import Runtime
import Telemetry

/// One pair of Kafka clients and the turns between them: read, claim, send, mark, tell, and commit what is finished without
/// a gap. After a fault of Kafka's it is discarded whole, and the next begins at the last committed offsets: the claims
/// know what was sent.
final class WorkerSession {
  let settings: WorkerSettings
  let provider: any Provider
  let metrics: WorkerMetrics
  let logger: Logger
  let stop: StopRequest
  let claims: ClaimStore
  let outlet: WorkerOutlet
  let reports: ReportBox
  private let reader: GroupReader
  private let progress: ThreadProgress
  private let report: (RoleState) -> Void
  private let wake = WakeSignal()

  var jobs: [UInt64: WorkerJob] = [:]
  var queue = SendQueue()
  /// At the provider, with the time at which they went there (monotonic nanoseconds).
  var sending: [UInt64: Int64] = [:]
  /// Another worker has them; to be asked about again then.
  var delayed: [(at: Int64, tag: UInt64)] = []
  /// Records that are no delivery, until Kafka has them as dead letters.
  var unreadable: [UInt64: SourceRecord] = [:]
  var prefix = FinishedPrefix()
  var pacer: Pacer
  var breaker = Breaker()
  /// While Redis is away and nothing may be sent without it.
  var redisRest: (until: Int64, backoff: Backoff)?
  /// Codes that were told since the breaker opened; empty while it is closed.
  var restCodes: Set<String> = []
  var random = SystemRandomNumberGenerator()
  private var nextTag: UInt64 = 1
  private var offsets = OffsetCommits()
  private var renewedAt: Int64
  private var isPaused = false
  private var redisRun: String?
  var view = ProviderView()

  /// How long a rebalance waits for what is in flight.
  private static let revocationLimit: Int64 = 5_000_000_000

  init(
    _ settings: WorkerSettings, provider: any Provider, redis: RedisConnection, metrics: WorkerMetrics, logger: Logger,
    stop: StopRequest, progress: ThreadProgress, report: @escaping (RoleState) -> Void
  ) throws(RoleError) {
    (self.settings, self.provider, self.metrics, self.logger) = (settings, provider, metrics, logger)
    (self.stop, self.progress, self.report) = (stop, progress, report)
    var claim = ClaimStore.Settings(owner: UUID().uuidString.lowercased())
    (claim.prefix, claim.lease, claim.horizon) = (settings.redisPrefix, settings.lease, settings.claimHorizon)
    claim.resends = provider.resendsAmbiguous
    claims = ClaimStore(redis, claim)
    reports = ReportBox(wake: wake)
    let now = SystemTime.monotonicNanoseconds()
    // The first renewal is due at once: it learns which Redis it is.
    (pacer, renewedAt) = (Pacer(limit: settings.rate, now: now), now - Int64(settings.lease / .nanoseconds(1)))
    do throws(KafkaError) {
      outlet = try WorkerOutlet(settings, wake: wake)
      reader = try GroupReader(
        .init(
          settings.kafka, group: settings.group, topics: [settings.name(settings.channel.topic)],
          instance: settings.instance), wake: wake)
    } catch {
      throw RoleError("Kafka's settings", cause: error)
    }
    reader.onRevoked = { [weak self] in self?.giveUp($0) }
    reader.onLost = { [weak self] in self?.forget($0) }
  }

  /// Works until a stop is asked for.
  /// - Returns: how many deliveries the deadline cut short, at the provider or on their way to Kafka.
  func run() throws(RoleError) -> Int {
    defer { close() }
    try outlet.warm()
    try RoleError.doing("joining the group \(settings.group)") { () throws(KafkaError) in try reader.join() }
    report(RoleState(.working))
    while !stop.isRequested {
      progress.note()
      try turn()
    }
    settle(until: stop.deadline) { _ in true }
    commitFinished(isFinal: true)
    giveBackClaims { _ in true }
    return jobs.count
  }

  private func turn() throws(RoleError) {
    wake.clear()
    try takeAnswers()
    let now = SystemTime.monotonicNanoseconds()
    takeDelayed(now)
    renew(now)
    try read()
    try startSending(now)
    commitFinished()
    show()
    wait()
  }

  /// What Kafka has acknowledged and what the provider has answered.
  private func takeAnswers() throws(RoleError) {
    for tag in try outlet.drain() {
      if let record = unreadable.removeValue(forKey: tag) { prefix.finish(record.place, record.offset) }
      guard let left = jobs[tag]?.telling else { continue }
      jobs[tag]?.telling = left - 1
      if left == 1 { finish(tag) }
    }
    try takeReports()
  }

  func finish(_ tag: UInt64) {
    guard let job = jobs.removeValue(forKey: tag) else { return }
    prefix.finish(job.record.place, job.record.offset)
  }

  private func read() throws(RoleError) {
    for record in try gather() { try add(record) }
  }

  private func gather() throws(RoleError) -> [SourceRecord] {
    let isFull = prefix.open >= settings.unfinished
    do throws(KafkaError) {
      if isFull != isPaused {
        isPaused = isFull
        if isFull { try reader.pause() } else { try reader.resume() }
      }
      var bounds = GroupReader.Bounds()
      bounds.linger = .zero
      return try reader.gather(bounds)
    } catch {
      throw RoleError("reading \(settings.name(settings.channel.topic))", cause: error)
    }
  }

  private func add(_ record: SourceRecord) throws(RoleError) {
    prefix.add(record.place, record.offset)
    let tag = nextTag
    nextTag += 1
    do throws(UnreadableDelivery) {
      let job = try UnreadableDelivery.read(record, channel: settings.channel)
      jobs[tag] = job
      queue.add(tag, job.delivery.address)
    } catch {
      metrics.unreadable.increment()
      logger.warning("a record is no delivery", ["origin": record.origin, "code": error.code])
      try tellUnreadable(record, error, tag)
    }
  }

  private func takeDelayed(_ now: Int64) {
    guard !delayed.isEmpty else { return }
    let due = delayed.filter { $0.at <= now }
    delayed.removeAll { $0.at <= now }
    queue.giveBack(due.map(\.tag).filter { jobs[$0] != nil })
  }

  private func wait() {
    rest()
    // Whoever waited for room in Kafka's queue has taken the wake-up.
    guard reports.isEmpty else { return }
    let now = SystemTime.monotonicNanoseconds()
    var until = now + (offsets.isEmpty ? 1_000_000_000 : 100_000_000)
    for time in delayed.map(\.at) { until = min(until, time) }
    if queue.readyCount > 0 {
      if let rest = redisRest {
        until = min(until, rest.until)
      } else if let time = nextSend(now) {
        until = min(until, time)
      }
    }
    let milliseconds = Int32(clamping: max(0, (until - now + 999_999) / 1_000_000))
    _ = Poll.wait([wake.fileDescriptor, stop.signal.fileDescriptor], timeoutMilliseconds: milliseconds)
  }

  /// A turn asks Redis twice and looks at all clients, for one answer as for fifty: the more are at the provider, the longer
  /// what comes is gathered.
  private func rest() {
    let time = GatheringRest.nanoseconds(awaited: sending.count)
    guard time > 0 else { return }
    _ = Poll.wait([stop.signal.fileDescriptor], nanoseconds: time)
  }

  /// When there may be room for what is ready; nil where only an answer makes some.
  private func nextSend(_ now: Int64) -> Int64? {
    if let opensAt = breaker.opensAt { return opensAt }
    if breaker.state == .probing || sending.count >= settings.inFlight { return nil }
    return pacer.nextAt(now: now) ?? now
  }

  func note(_ state: RoleState) { report(state) }

  private func show() {
    // Full, it fetches nothing, and would never hear of what comes meanwhile.
    if isPaused { reader.askEnds() }
    metrics.lag.set(Int(reader.lag))
    metrics.inFlight.set(sending.count)
    metrics.unfinished.set(prefix.open)
    metrics.rate.set(pacer.rate ?? 0)
    metrics.show(breaker.state)
    showProvider(SystemTime.monotonicNanoseconds())
  }

  private func close() {
    (reader.onRevoked, reader.onLost) = (nil, nil)
    reader.close()
    outlet.close()
  }
}

extension WorkerSession {
  private func commitFinished(isFinal: Bool = false) {
    offsets.finish(prefix.advance())
    guard let error = offsets.commit(by: reader, isFinal: isFinal) else { return }
    logger.debug("offsets were not committed", ["reason": error.description])
  }

  /// Prolongs the claims in time, and looks whether it is still the same Redis.
  private func renew(_ now: Int64) {
    guard now - renewedAt > Int64(settings.lease / 3 / .nanoseconds(1)) else { return }
    renewedAt = now
    let held = jobs.filter { $1.isClaimed || sending[$0] != nil }.map(\.value.ticket)
    do throws(RedisError) {
      _ = try claims.renew(held)
      let server = try claims.server()
      if let skew = server.skew(ofClockAt: SystemTime.unixMicroseconds()) { metrics.clockSkew.set(skew) }
      if let redisRun, redisRun != server.runID {
        metrics.redisRestarts.increment()
        logger.error("Redis was started anew: unless it kept its data, deliveries of the last days may be sent twice")
      }
      redisRun = server.runID
    } catch {
      metrics.redisFailures.increment()
    }
  }

  /// Waits for what is at the provider and for what is being told.
  private func settle(until deadline: Int64, _ isMeant: (WorkerJob) -> Bool) {
    func isOpen() -> Bool {
      jobs.contains { tag, job in isMeant(job) && (sending[tag] != nil || job.telling != nil) }
    }
    while isOpen() {
      let left = (deadline - SystemTime.monotonicNanoseconds()) / 1_000_000
      guard left > 0 else { return }
      _ = Poll.wait([wake.fileDescriptor], timeoutMilliseconds: Int32(min(left, 1_000)))
      wake.clear()
      guard (try? takeAnswers()) != nil else { return }
    }
  }

  /// Others read these partitions next: what is not sent is theirs at once, what is in flight shall not be theirs to tell.
  private func giveUp(_ partitions: [TopicPartition]) {
    let places = Set(partitions)
    giveBackClaims { places.contains($0.record.place) }
    let limit = SystemTime.monotonicNanoseconds() + Self.revocationLimit
    settle(until: stop.isRequested ? min(stop.deadline, limit) : limit) { places.contains($0.record.place) }
    commitFinished(isFinal: true)
    forget(partitions)
  }

  private func forget(_ partitions: [TopicPartition]) {
    let places = Set(partitions)
    giveBackClaims { places.contains($0.record.place) }
    prefix.forget(partitions)
    offsets.forget(partitions)
  }

  /// Lets go of what is neither at the provider nor being told.
  private func giveBackClaims(_ isMeant: (WorkerJob) -> Bool) {
    let idle = jobs.filter { tag, job in isMeant(job) && sending[tag] == nil && job.telling == nil }
    guard !idle.isEmpty else { return }
    try? claims.release(idle.values.filter(\.isClaimed).map(\.ticket))
    queue.remove(idle.mapValues(\.delivery.address))
    // What another worker has was taken out of the queue, and kept its address.
    for (_, tag) in delayed { if let job = idle[tag] { queue.done(job.delivery.address) } }
    delayed.removeAll { idle[$0.tag] != nil }
    for tag in idle.keys { jobs[tag] = nil }
  }
}
