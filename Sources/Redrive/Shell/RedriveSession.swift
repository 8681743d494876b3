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
  private let patience: PatientReader
  var queues: TierQueues
  var offsets = OffsetCommits()
  private let redriver: BatchRedriver
  private let progress: ThreadProgress
  private let report: (RoleState) -> Void
  private let wake = WakeSignal()
  private let waits: [String: Int64]
  private var random = SystemRandomNumberGenerator()

  private static let words = PatientReader.Words(
    waits: "PostgreSQL cannot be asked; dead letters wait", goesOn: "working again")
  /// How long a rebalance waits for what is in flight.
  private static let revocationLimit: Int64 = 5_000_000_000

  init(
    _ settings: RedriveSettings, redriver: BatchRedriver, metrics: RedriveMetrics, logger: Logger, stop: StopRequest,
    progress: ThreadProgress, report: @escaping (RoleState) -> Void
  ) throws(RoleError) {
    (self.settings, self.redriver, self.metrics, self.logger) = (settings, redriver, metrics, logger)
    (self.stop, self.progress, self.report) = (stop, progress, report)
    queues = TierQueues(jitter: settings.jitter)
    waits = Dictionary(
      uniqueKeysWithValues: RetryTier.allCases.map { (settings.name($0.topic), settings.waits[$0]) })
    do throws(KafkaError) {
      outlet = try BatchOutlet(settings.kafka, topics: TopicCheck.produced.map(settings.name), wake: wake)
      reader = try GroupReader(settings.reader, wake: wake)
    } catch {
      throw RoleError("Kafka's settings", cause: error)
    }
    patience = PatientReader(reader, Self.words, logger: logger, stop: stop, progress: progress, report: report)
    redriver.forget()
    reader.onRevoked = { [weak self] in self?.finishRevoked($0) }
    reader.onLost = { [weak self] in self?.forget($0) }
  }

  /// Works until a stop is asked for.
  func run() throws(RoleError) {
    defer { close() }
    try TopicCheck(settings: settings, producer: outlet.producer).run()
    try RoleError.doing("joining the group \(settings.group)") { () throws(KafkaError) in try reader.join() }
    report(RoleState(.working))
    logger.info("working", ["group": settings.group])
    while !stop.isRequested {
      progress.note()
      try turn()
    }
    outlet.settle(until: stop.deadline)
    commitFinished(isFinal: true)
  }

  private func turn() throws(RoleError) {
    wake.clear()
    try keepUp()
    guard outlet.hasRoom(batches: settings.batch.inFlight) else { return wait() }
    let letters = try read()
    let due = queues.takeDue(
      now: Self.now, most: settings.batch.records, wait: { waits[$0.topic] ?? 0 }, using: &random)
    try RoleError.doing("resting partitions") { () throws(KafkaError) in
      try reader.rest(queues.waiting)
      try reader.wake(queues.empty)
    }
    let records = letters + due
    if records.isEmpty { wait() } else { try redrive(records) }
  }

  /// - Returns: new dead letters; what comes of retry topics goes into their queues.
  private func read() throws(RoleError) -> [SourceRecord] {
    var bounds = GroupReader.Bounds()
    (bounds.records, bounds.bytes) = (settings.batch.records, settings.batch.bytes)
    let gathered = try RoleError.doing("reading") { () throws(KafkaError) in try reader.gather(bounds) }
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

  /// Says what becomes of a batch, however long PostgreSQL is away; nothing is committed of it meanwhile.
  private func redrive(_ records: [SourceRecord]) throws(RoleError) {
    let done = try patience.work(on: records, meanwhile: keepUp(_:)) { records throws(PostgresError) in
      try redriven(records)
    }
    if let done { try send(done.result, done.records) }
  }

  private func redriven(_ records: [SourceRecord]) throws(PostgresError) -> RedrivenBatch {
    let failures = redriver.redisFailures
    defer { metrics.redisFailures.increment(by: redriver.redisFailures - failures) }
    return try redriver.redrive(records, now: UnixTime(milliseconds: Self.now))
  }

  private func send(_ batch: RedrivenBatch, _ records: [SourceRecord]) throws(RoleError) {
    metrics.add(batch.counts)
    if !batch.counts.parked.isEmpty {
      let codes = batch.counts.parked.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      logger.warning("parked for a person", ["codes": codes.joined(separator: ", ")])
    }
    try RoleError.doing("Kafka took no record") { () throws(KafkaError) in
      try outlet.send(batch.records, next: GroupReader.next(after: records), arrivals: [])
    }
  }

  private func keepUp(_: Int) throws(RoleError) { try keepUp() }

  private func keepUp() throws(RoleError) {
    outlet.drain()
    if let fault = outlet.fault { throw RoleError("Kafka's producer is of no more use and made anew", cause: fault) }
    commitFinished()
    show()
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
    if !partitions.isEmpty { metrics.rebalances.increment() }
    queues.forget(partitions)
    outlet.forget(partitions)
    offsets.forget(partitions)
  }
}
