import Kafka
import NotificationModel
import Operations
import Postgres
import Runtime
import Telemetry

/// One pair of Kafka clients and the turns between them: gather, write, and commit what PostgreSQL has. After a fault of
/// Kafka's it is discarded whole, and the next begins at the last committed offsets: written again it changes nothing.
final class RecorderSession {
  private let settings: RecorderSettings
  private let writer: LogWriter
  private let metrics: RecorderMetrics
  private let logger: Logger
  private let stop: StopRequest
  private let progress: ThreadProgress
  private let report: (RoleState) -> Void
  private let wake = WakeSignal()
  private let reader: GroupReader
  private let parking: ParkingOutlet
  private var offsets = OffsetCommits()
  private var random = SystemRandomNumberGenerator()

  init(
    _ settings: RecorderSettings, writer: LogWriter, metrics: RecorderMetrics, logger: Logger, stop: StopRequest,
    progress: ThreadProgress, report: @escaping (RoleState) -> Void
  ) throws(RecorderError) {
    (self.settings, self.writer, self.metrics, self.logger) = (settings, writer, metrics, logger)
    (self.stop, self.progress, self.report) = (stop, progress, report)
    // A missing topic is told before the group is joined.
    parking = try ParkingOutlet(settings, topics: settings.reader.topics)
    do throws(KafkaError) { reader = try GroupReader(settings.reader, wake: wake) } catch {
      throw RecorderError("Kafka's settings", cause: error)
    }
    reader.onRevoked = { [weak self] in self?.giveUp($0) }
    reader.onLost = { [weak self] in self?.forget($0) }
  }

  /// Works until a stop is asked for.
  func run() throws(RecorderError) {
    defer { close() }
    try kafka("joining the group \(settings.group)") { () throws(KafkaError) in try reader.join() }
    report(RoleState(.working))
    logger.info("working", ["group": settings.group])
    while !stop.isRequested {
      progress.note()
      try turn()
    }
    commitFinished(isFinal: true)
  }

  private func turn() throws(RecorderError) {
    wake.clear()
    commitFinished()
    let records = try kafka("reading \(settings.name(.status))") { () throws(KafkaError) in
      try reader.gather(settings.batch.bounds)
    }
    metrics.lag.set(Int(reader.lag) + records.count)
    if records.isEmpty { wait() } else { try record(records) }
  }

  private func wait() {
    var timeout: Int32 = offsets.isEmpty ? 1_000 : 100
    if let end = reader.restsUntil {
      let left = max(0, end - SystemTime.monotonicNanoseconds())
      timeout = min(timeout, Int32((left + 999_999) / 1_000_000))
    }
    _ = Poll.wait([wake.fileDescriptor, stop.signal.fileDescriptor], timeoutMilliseconds: timeout)
  }

  /// Writes a batch, however long PostgreSQL is away; nothing is committed meanwhile.
  private func record(_ records: [SourceRecord]) throws(RecorderError) {
    var records = records
    var backoff = Backoff()
    var isHeld = false
    while !records.isEmpty, !stop.isRequested {
      switch Result(catching: { () throws(PostgresError) in try writer.write(records) }) {
      case .success(let outcome):
        if isHeld { try resume() }
        return try settle(outcome, records)
      case .failure(let error):
        metrics.postgresFailures.increment()
        if !isHeld { announce(error) }
        isHeld = true
        records = try hold(records, error, for: backoff.next(using: &random))
      }
    }
    if isHeld { try resume() }
  }

  private func settle(_ outcome: LogWriter.Outcome, _ records: [SourceRecord]) throws(RecorderError) {
    if !outcome.refused.isEmpty { tell(outcome.refused) }
    try parking.park(outcome.refused)
    metrics.add(outcome, now: SystemTime.unixMicroseconds())
    metrics.lag.set(Int(reader.lag))
    offsets.finish(GroupReader.next(after: records))
  }

  private func tell(_ refused: [LogWriter.Refusal]) {
    let codes = Dictionary(grouping: refused, by: \.code).sorted { $0.key < $1.key }
    logger.warning(
      "records that are no status are parked",
      [
        "codes": codes.map { "\($0.key) \($0.value.count)" }.joined(separator: ", "),
        "first": refused[0].record.origin,
      ])
  }

  private func hold(
    _ records: [SourceRecord], _ error: PostgresError, for time: Duration
  ) throws(RecorderError) -> [SourceRecord] {
    report(RoleState(.holding, "PostgreSQL: \(error)"))
    progress.note()
    let kept = try kafka("holding partitions") { () throws(KafkaError) in
      try reader.hold(records, for: time, or: stop)
    }
    reader.askEnds(atMostEvery: .seconds(1))
    metrics.lag.set(Int(reader.lag) + kept.count)
    commitFinished()
    return kept
  }

  private func resume() throws(RecorderError) {
    try kafka("reading on") { () throws(KafkaError) in try reader.resume() }
    logger.notice("recording again")
    report(RoleState(.working))
  }

  private func announce(_ error: PostgresError) {
    logger.warning(
      "PostgreSQL takes nothing; statuses wait in their topic", ["reason": error.description])
  }
}

extension RecorderSession {
  /// Commits now and then, as the answer is waited for; what is not committed is written again after a crash.
  private func commitFinished(isFinal: Bool = false) {
    guard let error = offsets.commit(by: reader, isFinal: isFinal) else { return }
    logger.debug("offsets were not committed", ["reason": error.description])
  }

  private func giveUp(_ partitions: [TopicPartition]) {
    commitFinished(isFinal: true)
    forget(partitions)
  }

  private func forget(_ partitions: [TopicPartition]) {
    offsets.forget(partitions)
  }

  private func close() {
    reader.onRevoked = nil
    reader.onLost = nil
    reader.close()
    parking.close()
  }

  private func kafka<T>(
    _ what: String, _ body: () throws(KafkaError) -> T
  ) throws(RecorderError) -> T {
    do throws(KafkaError) { return try body() } catch { throw RecorderError(what, cause: error) }
  }
}
