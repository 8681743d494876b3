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
  private let patience: PatientReader
  private let parking: ParkingOutlet
  private var offsets = OffsetCommits()

  private static let words = PatientReader.Words(
    waits: "PostgreSQL takes nothing; statuses wait in their topic", goesOn: "recording again")

  init(
    _ settings: RecorderSettings, writer: LogWriter, metrics: RecorderMetrics, logger: Logger, stop: StopRequest,
    progress: ThreadProgress, report: @escaping (RoleState) -> Void
  ) throws(RoleError) {
    (self.settings, self.writer, self.metrics, self.logger) = (settings, writer, metrics, logger)
    (self.stop, self.progress, self.report) = (stop, progress, report)
    // A missing topic is told before the group is joined.
    parking = try ParkingOutlet(settings, topics: settings.reader.topics)
    do throws(KafkaError) { reader = try GroupReader(settings.reader, wake: wake) } catch {
      throw RoleError("Kafka's settings", cause: error)
    }
    patience = PatientReader(reader, Self.words, logger: logger, stop: stop, progress: progress, report: report)
    reader.onRevoked = { [weak self] in self?.giveUp($0) }
    reader.onLost = { [weak self] in self?.forget($0) }
  }

  /// Works until a stop is asked for.
  func run() throws(RoleError) {
    defer { close() }
    try RoleError.doing("joining the group \(settings.group)") { () throws(KafkaError) in try reader.join() }
    report(RoleState(.working))
    logger.info("working", ["group": settings.group])
    while !stop.isRequested {
      progress.note()
      try turn()
    }
    commitFinished(isFinal: true)
  }

  private func turn() throws(RoleError) {
    wake.clear()
    commitFinished()
    let records = try RoleError.doing("reading \(settings.name(.status))") { () throws(KafkaError) in
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

  /// Writes a batch, however long PostgreSQL is away; nothing is committed of it meanwhile.
  private func record(_ records: [SourceRecord]) throws(RoleError) {
    let done = try patience.work(on: records, meanwhile: keepUp(behind:)) { records throws(PostgresError) in
      try write(records)
    }
    if let done { try settle(done.result, done.records) }
  }

  /// - Parameter count: of records in hand, which wait as well.
  private func keepUp(behind count: Int) {
    metrics.lag.set(Int(reader.lag) + count)
    commitFinished()
  }

  private func write(_ records: [SourceRecord]) throws(PostgresError) -> LogWriter.Outcome {
    do throws(PostgresError) { return try writer.write(records) } catch {
      metrics.postgresFailures.increment()
      throw error
    }
  }

  private func settle(_ outcome: LogWriter.Outcome, _ records: [SourceRecord]) throws(RoleError) {
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
}
