import Audience
import Kafka
import NotificationModel
import Operations
import Postgres
import Runtime
import Telemetry

/// One pair of Kafka clients and the turns between them: gather, route, send, and commit what is acknowledged. After a
/// fault of Kafka's it is discarded whole, and the next begins at the last committed offsets: whatever is routed again
/// becomes the same deliveries.
final class RouterSession {
  private let settings: RouterSettings
  private let crew: RoutingCrew
  private let metrics: RouterMetrics
  private let logger: Logger
  private let stop: StopRequest
  private let progress: ThreadProgress
  private let report: (RoleState) -> Void
  private let wake = WakeSignal()
  private let outlet: Outlet
  private let intake: GroupReader
  private let patience: PatientReader
  private var offsets = OffsetCommits()

  private static let words = PatientReader.Words(
    waits: "PostgreSQL cannot be asked; events wait in their topic", goesOn: "routing again")
  /// How long a rebalance waits for what is in flight.
  private static let revocationLimit: Int64 = 5_000_000_000

  init(
    _ settings: RouterSettings, crew: RoutingCrew, metrics: RouterMetrics, logger: Logger, stop: StopRequest,
    progress: ThreadProgress, report: @escaping (RoleState) -> Void
  ) throws(RoleError) {
    self.settings = settings
    self.crew = crew
    self.metrics = metrics
    self.logger = logger
    self.stop = stop
    self.progress = progress
    self.report = report
    do throws(KafkaError) {
      outlet = try Outlet(settings, wake: wake)
      intake = try GroupReader(settings.reader, wake: wake)
    } catch {
      throw RoleError("Kafka's settings", cause: error)
    }
    patience = PatientReader(intake, Self.words, logger: logger, stop: stop, progress: progress, report: report)
    intake.onRevoked = { [weak self] in self?.finishRevoked($0) }
  }

  /// Works until a stop is asked for.
  func run() throws(RoleError) {
    defer { close() }
    try outlet.warm()
    try RoleError.doing("joining the group \(settings.group)") { () throws(KafkaError) in try intake.join() }
    report(RoleState(.working))
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
    guard outlet.hasRoom else {
      showLag(behind: 0)
      return wait()
    }
    let records = try RoleError.doing("reading \(settings.topics.name(.events))") { () throws(KafkaError) in
      try intake.gather(settings.batch.bounds)
    }
    showLag(behind: records.count)
    if records.isEmpty { wait() } else { try route(records) }
  }

  private func keepUp() throws(RoleError) {
    outlet.drain()
    if let fault = outlet.fault { throw fault }
    commitFinished()
  }

  private func keepUp(behind count: Int) throws(RoleError) {
    showLag(behind: count)
    try keepUp()
  }

  /// - Parameter count: of events in hand, which wait as well.
  private func showLag(behind count: Int) { metrics.lag.set(Int(intake.lag) + count) }

  private func wait() {
    if outlet.hasRoom, let end = intake.restsUntil {
      // Each record and each acknowledgement would wake it; after the rest they are taken together.
      let left = max(0, end - SystemTime.monotonicNanoseconds())
      _ = Poll.wait([stop.signal.fileDescriptor], nanoseconds: left)
    } else {
      _ = Poll.wait(
        [wake.fileDescriptor, stop.signal.fileDescriptor], timeoutMilliseconds: offsets.isEmpty ? 1_000 : 100)
    }
  }

  /// Routes a batch, however long PostgreSQL is away; nothing is committed of it meanwhile.
  private func route(_ records: [SourceRecord]) throws(RoleError) {
    let done = try patience.work(on: records, meanwhile: keepUp(behind:)) { records throws(PostgresError) in
      try routed(records)
    }
    if let done { try send(done.result, done.records) }
  }

  private func routed(_ records: [SourceRecord]) throws(PostgresError) -> RoutedBatch {
    let before = crew.audienceCounts
    defer { metrics.add(crew.audienceCounts, since: before) }
    return try crew.route(records, now: UnixTime(milliseconds: SystemTime.unixMicroseconds() / 1_000))
  }

  private func send(_ batch: RoutedBatch, _ records: [SourceRecord]) throws(RoleError) {
    metrics.add(batch.counts)
    if !batch.counts.deadLetters.isEmpty {
      let codes = batch.counts.deadLetters.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      logger.warning("events became dead letters", ["codes": codes.joined(separator: ", ")])
    }
    metrics.bytes.increment(by: records.reduce(0) { $0 + $1.size })
    try outlet.send(batch, next: GroupReader.next(after: records), arrivals: records.map(\.timestamp))
    metrics.inFlight.set(outlet.flight.records)
  }
}

extension RouterSession {
  /// Commits now and then, as the answer is waited for; what is not committed is routed again after a crash.
  private func commitFinished(isFinal: Bool = false) {
    let (next, arrivals) = outlet.takeFinished()
    offsets.finish(next)
    metrics.inFlight.set(outlet.flight.records)
    observe(arrivals)
    guard let error = offsets.commit(by: intake, isFinal: isFinal) else { return }
    logger.debug("offsets were not committed", ["reason": error.description])
  }

  private func observe(_ arrivals: [Int64]) {
    guard !arrivals.isEmpty else { return }
    let now = SystemTime.unixMicroseconds()
    for arrival in arrivals where arrival > 0 { metrics.latency.observe(microseconds: max(0, now - arrival * 1_000)) }
  }

  /// Others read these partitions next: what is in flight shall not be theirs to route again.
  private func finishRevoked(_ partitions: [TopicPartition]) {
    let limit = SystemTime.monotonicNanoseconds() + Self.revocationLimit
    outlet.settle(until: stop.isRequested ? min(stop.deadline, limit) : limit)
    commitFinished(isFinal: true)
    outlet.forget(partitions)
    offsets.forget(partitions)
  }

  private func close() {
    intake.onRevoked = nil
    intake.close()
    outlet.close()
  }
}
