import Kafka
import NotificationModel
import Operations
import Policy
import Postgres
import Runtime
import Telemetry

/// One pair of Kafka clients and the turns between them: gather, take what is due, judge, send, and commit what is
/// acknowledged. Partitions whose first record is not due rest; the member goes on polling and stays in its group. After
/// a fault of Kafka's it is discarded whole, and the next begins at the last committed offsets.
final class RedriveSession {
  let settings: RedriveSettings
  let metrics: RedriveMetrics
  let logger: Logger
  let stop: StopRequest
  let outlet: BatchOutlet
  let reader: GroupReader
  var queues: TierQueues
  var offsets = OffsetCommits()
  private let redriver: BatchRedriver
  private let progress: ThreadProgress
  private let report: (RoleState) -> Void
  private let wake = WakeSignal()
  private let waits: [String: Int64]
  private var random = SystemRandomNumberGenerator()

  /// How long a rebalance waits for what is in flight.
  private static let revocationLimit: Int64 = 5_000_000_000

  init(
    _ settings: RedriveSettings, redriver: BatchRedriver, metrics: RedriveMetrics, logger: Logger, stop: StopRequest,
    progress: ThreadProgress, report: @escaping (RoleState) -> Void
  ) throws(RedriveError) {
    (self.settings, self.redriver, self.metrics, self.logger) = (settings, redriver, metrics, logger)
    (self.stop, self.progress, self.report) = (stop, progress, report)
    queues = TierQueues(jitter: settings.jitter)
    waits = Dictionary(
      uniqueKeysWithValues: RetryTier.allCases.map { (settings.name($0.topic), settings.waits[$0]) })
    do throws(KafkaError) {
      outlet = try BatchOutlet(settings.kafka, topics: TopicCheck.produced.map(settings.name), wake: wake)
      reader = try GroupReader(settings.reader, wake: wake)
    } catch {
      throw RedriveError("Kafka's settings", cause: error)
    }
    redriver.forget()
    reader.onRevoked = { [weak self] in self?.finishRevoked($0) }
    reader.onLost = { [weak self] in self?.forget($0) }
  }

  /// Works until a stop is asked for.
  func run() throws(RedriveError) {
    defer { close() }
    try TopicCheck(settings: settings, producer: outlet.producer).run()
    try kafka("joining the group \(settings.group)") { () throws(KafkaError) in try reader.join() }
    report(RoleState(.working))
    logger.info("working", ["group": settings.group])
    while !stop.isRequested {
      progress.note()
      try turn()
    }
    outlet.settle(until: stop.deadline)
    commitFinished(isFinal: true)
  }

  private func turn() throws(RedriveError) {
    wake.clear()
    try drain()
    commitFinished()
    show()
    guard outlet.hasRoom(batches: settings.batch.inFlight) else { return wait() }
    let letters = try read()
    let due = queues.takeDue(
      now: Self.now, most: settings.batch.records, wait: { waits[$0.topic] ?? 0 }, using: &random)
    try kafka("resting partitions") { () throws(KafkaError) in
      try reader.rest(queues.waiting)
      try reader.wake(queues.empty)
    }
    let records = letters + due
    if records.isEmpty { wait() } else { try redrive(records) }
  }

  /// - Returns: new dead letters; what comes of retry topics goes into their queues.
  private func read() throws(RedriveError) -> [SourceRecord] {
    var bounds = GroupReader.Bounds()
    (bounds.records, bounds.bytes) = (settings.batch.records, settings.batch.bytes)
    let gathered = try kafka("reading") { () throws(KafkaError) in try reader.gather(bounds) }
    let now = Self.now
    return gathered.filter { record in
      guard let wait = waits[record.place.topic] else { return true }
      queues.add(record, wait: wait, now: now, using: &random)
      return false
    }
  }

  private func wait() {
    var timeout: Int64 = offsets.isEmpty ? 1_000 : 100
    if outlet.hasRoom(batches: settings.batch.inFlight) {
      if let end = reader.restsUntil {
        timeout = min(timeout, (max(0, end - SystemTime.monotonicNanoseconds()) + 999_999) / 1_000_000)
      }
      if let nextAt = queues.nextAt { timeout = min(timeout, max(1, nextAt - Self.now)) }
    }
    _ = Poll.wait([wake.fileDescriptor, stop.signal.fileDescriptor], timeoutMilliseconds: Int32(timeout))
  }

  /// Says what becomes of a batch, however long PostgreSQL is away; nothing is committed meanwhile.
  private func redrive(_ records: [SourceRecord]) throws(RedriveError) {
    var records = records
    var backoff = Backoff()
    var isHeld = false
    while !records.isEmpty, !stop.isRequested {
      let now = UnixTime(milliseconds: Self.now)
      let failures = redriver.redisFailures
      defer { metrics.redisFailures.increment(by: redriver.redisFailures - failures) }
      switch Result(catching: { () throws(PostgresError) in try redriver.redrive(records, now: now) }) {
      case .success(let batch):
        if isHeld { try resume() }
        return try send(batch, records)
      case .failure(let error):
        if !isHeld {
          logger.warning("PostgreSQL cannot be asked; dead letters wait", ["reason": error.description])
        }
        isHeld = true
        records = try hold(records, error, for: backoff.next(using: &random))
      }
    }
    if isHeld { try resume() }
  }

  private func send(_ batch: RedrivenBatch, _ records: [SourceRecord]) throws(RedriveError) {
    metrics.add(batch.counts)
    if !batch.counts.parked.isEmpty {
      let codes = batch.counts.parked.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      logger.warning("parked for a person", ["codes": codes.joined(separator: ", ")])
    }
    try kafka("Kafka took no record") { () throws(KafkaError) in
      try outlet.send(batch.records, next: GroupReader.next(after: records), arrivals: [])
    }
  }

  private func hold(
    _ records: [SourceRecord], _ error: PostgresError, for time: Duration
  ) throws(RedriveError) -> [SourceRecord] {
    report(RoleState(.holding, "PostgreSQL: \(error)"))
    progress.note()
    let kept = try kafka("holding partitions") { () throws(KafkaError) in
      try reader.hold(records, for: time, or: stop)
    }
    try drain()
    commitFinished()
    show()
    return kept
  }

  private func resume() throws(RedriveError) {
    try kafka("reading on") { () throws(KafkaError) in try reader.resume() }
    logger.notice("working again")
    report(RoleState(.working))
  }

  private func drain() throws(RedriveError) {
    outlet.drain()
    if let fault = outlet.fault { throw RedriveError("Kafka's producer is of no more use and made anew", cause: fault) }
  }

  private static var now: Int64 { SystemTime.unixMicroseconds() / 1_000 }

  private func show() {
    metrics.inFlight.set(outlet.flight.records)
    metrics.dueLag.set(queues.oldestDue.map { Int(max(0, Self.now - $0) / 1_000) } ?? 0)
    reader.askEnds()
    for tier in RetryTier.allCases {
      let topic = settings.name(tier.topic)
      metrics.show(waiting: Int(reader.lag(of: topic)) + queues.count(of: topic), tier)
    }
  }

  private func close() {
    (reader.onRevoked, reader.onLost) = (nil, nil)
    reader.close()
    outlet.close()
  }

  private func kafka<T>(_ what: String, _ body: () throws(KafkaError) -> T) throws(RedriveError) -> T {
    do throws(KafkaError) { return try body() } catch { throw RedriveError(what, cause: error) }
  }
}

extension RedriveSession {
  /// Commits now and then, as the answer is waited for; what is not committed is done again after a crash.
  private func commitFinished(isFinal: Bool = false) {
    offsets.finish(outlet.takeFinished().next)
    guard let error = offsets.commit(by: reader, isFinal: isFinal) else { return }
    logger.debug("offsets were not committed", ["reason": error.description])
  }

  /// Others read these partitions next: what is in flight shall not be theirs to do again.
  private func finishRevoked(_ partitions: [TopicPartition]) {
    let limit = SystemTime.monotonicNanoseconds() + Self.revocationLimit
    outlet.settle(until: stop.isRequested ? min(stop.deadline, limit) : limit)
    commitFinished(isFinal: true)
    forget(partitions)
  }

  private func forget(_ partitions: [TopicPartition]) {
    queues.forget(partitions)
    outlet.forget(partitions)
    offsets.forget(partitions)
  }
}
