import Kafka
import PGOutput
import Postgres
import Runtime
import Telemetry

/// Keeps one source streaming: preflight, connect, stream, and again after back-off, until it is stopped or cannot
/// go on without a person.
final class SourceLoop {
  private let source: SourceSettings
  private let settings: RelaySettings
  private let metrics: RelayMetrics
  private let logger: Logger
  private let stop: StopRequest
  private let show: @Sendable (SourceState) -> Void
  private let progress: ThreadProgress
  private var backoff = Backoff()
  private var random = SystemRandomNumberGenerator()
  private(set) var pipeline: Pipeline?
  private var isolateUntil: LSN?
  /// How far the pipelines before the present one have read, and of which server.
  private var readBefore: (position: StreamPosition, identity: SystemIdentity)?

  init(
    _ source: SourceSettings, _ settings: RelaySettings, metrics: RelayMetrics, logger: Logger, stop: StopRequest,
    progress: ThreadProgress, show: @escaping @Sendable (SourceState) -> Void
  ) {
    self.source = source
    self.settings = settings
    self.metrics = metrics
    self.logger = logger
    self.stop = stop
    self.progress = progress
    self.show = show
  }

  /// Returns why it ended: nil after a stop, else what a person has to do.
  func run() -> RelayError? {
    defer { discardPipeline() }
    while !stop.isRequested {
      do {
        try session()
      } catch {
        if let last = judge(error) { return last }
      }
    }
    show(SourceState(.stopped))
    return nil
  }

  private func session() throws {
    progress.note()
    show(SourceState(.connecting))
    let facts = try preflightWithSlot()
    let connection = try ReplicationConnection(source.connection)
    let identity = try connection.identifySystem()
    let pipeline = try ready(identity, confirmed: facts.confirmed)
    let from = pipeline.flight.confirmable
    guard from <= identity.position else {
      throw RelayError.stop(
        .identity,
        "the server's log ends at \(identity.position), before the confirmed \(from): it was restored or is "
          + "another server; type \(source.repairCommand(replacesSlot: true))")
    }
    try connection.startReplication(slot: source.slot, from: from, publications: [source.publication])
    logger.info("streaming", ["source": source.name, "slot": source.slot, "from": from.description])
    show(SourceState(.streaming))
    backoff.reset()
    let session = StreamSession(
      source, connection, pipeline, senderTimeout: facts.senderTimeout, stop: stop, progress: progress)
    do {
      if try session.run() == .isolated {
        isolateUntil = nil
        discardPipeline()
      }
    } catch let error as PostgresError where error.sqlState == .undefinedObject {
      throw withoutPublication(error)
    }
  }

  /// PostgreSQL decodes a row with the catalog of its time, so that a publication made again does not help.
  private func withoutPublication(_ error: PostgresError) -> RelayError {
    .stop(
      .stream,
      "the log holds rows from a time without publication \(source.publication), which PostgreSQL cannot decode "
        + "(\(error.description)); make the publication if it is missing, then type "
        + source.repairCommand(replacesSlot: true))
  }

  /// At the first set-up, and only when asked to, a missing slot is made.
  private func preflightWithSlot() throws -> Preflight.Facts {
    do {
      return try preflight()
    } catch let error as RelayError where error.code == .slotMissing && source.createSlot {
      discardPipeline()
      // A health that fails meanwhile would have the process restarted, and all rows sent again, without end.
      progress.suspend()
      defer { progress.note() }
      let rows = try NewSlot(source: source, factory: factory, stop: stop, tell: tell).make()
      logger.info("made the slot", ["source": source.name, "slot": source.slot, "rows": "\(rows)"])
      return try preflight()
    }
  }

  /// What the making of the slot waits for is a reason not to be ready, and worth a line.
  private var tell: @Sendable (NewSlot.Step) -> Void {
    let (show, logger, name, slot) = (show, logger, source.name, source.slot)
    return { step in
      show(SourceState(.connecting, step.description))
      guard step.isNews else { return }
      logger.notice("making the slot", ["source": name, "slot": slot, "step": step.description])
    }
  }

  private func preflight() throws -> Preflight.Facts {
    let facts = try Preflight.check(source, try PostgresConnection(source.connection))
    for warning in facts.warnings { logger.warning("preflight", ["source": source.name, "warning": warning]) }
    return facts
  }

  /// The pipeline that survived, if the server is still the same one, or a new one with its topics warmed.
  private func ready(_ identity: SystemIdentity, confirmed: LSN) throws -> Pipeline {
    if let pipeline, Self.isSame(pipeline.identity, identity) {
      pipeline.tracker.disconnected()
      return pipeline
    }
    discardPipeline()
    let before = readBefore.flatMap { Self.isSame($0.identity, identity) ? $0.position : nil }
    let made = try factory.make(identity, confirmed: confirmed, isolateUntil: isolateUntil, readBefore: before)
    pipeline = made
    return made
  }

  /// Positions of one mean the same in the other.
  private static func isSame(_ one: SystemIdentity, _ other: SystemIdentity) -> Bool {
    one.systemID == other.systemID && one.timeline == other.timeline
  }

  private var factory: PipelineFactory { PipelineFactory(source: source, settings: settings, metrics: metrics) }

  /// Decides what an error means: nil to go on after a wait, an error to end with.
  private func judge(_ error: any Error) -> RelayError? {
    let failure = (error as? any DispositionError) ?? RelayError.retry(.stream, "\(error)")
    if pipeline?.needsIsolation == true { isolateUntil = pipeline?.tracker.seen }
    if pipeline?.fault != nil || (error as? RelayError)?.code == .produce || (error as? RelayError)?.code == .refused {
      metrics.reconnectsKafka.increment()
      discardPipeline()
    } else if !Self.isBusy(failure) {
      metrics.reconnectsPostgres.increment()
    }
    if case .stop(let text) = failure.disposition {
      show(SourceState(.stopped, text))
      return (error as? RelayError) ?? RelayError.stop(.stream, text)
    }
    if Self.isBusy(failure) { standBy(failure) } else { wait(after: failure) }
    return nil
  }

  /// Another relay reads the slot: no fault, but the wait of a standby.
  private static func isBusy(_ failure: any DispositionError) -> Bool {
    (failure as? PostgresError)?.sqlState == .objectInUse
  }

  private static let standbyMilliseconds: Int32 = 500

  /// Looks whether the slot is free, by one connection and without asking for the stream, as the server notes each refusal
  /// in its log.
  private func standBy(_ failure: any DispositionError) {
    show(SourceState(.standby, failure.description))
    logger.notice("standing by: another relay reads the slot", ["source": source.name, "slot": source.slot])
    guard let connection = try? PostgresConnection(source.connection) else { return wait(after: failure) }
    repeat {
      progress.note()
      _ = Poll.wait([stop.signal.fileDescriptor], timeoutMilliseconds: Self.standbyMilliseconds)
    } while !stop.isRequested && isRead(source.slot, connection)
  }

  private func isRead(_ slot: String, _ connection: PostgresConnection) -> Bool {
    let sql = "SELECT active FROM pg_replication_slots WHERE slot_name = $1"
    return (try? connection.execute(sql, [.text(slot)]).scalar) == "t"
  }

  private func wait(after failure: any DispositionError) {
    var delay = backoff.next(using: &random)
    var kind = SourceState.Kind.connecting
    if case .retry(let least?) = failure.disposition {
      delay = max(delay, least)
      kind = .holding
    }
    show(SourceState(kind, failure.description))
    let milliseconds = Int64(delay / .milliseconds(1))
    logger.warning(
      "waiting before the next attempt",
      ["source": source.name, "reason": failure.description, "milliseconds": "\(milliseconds)"])
    _ = Poll.wait([stop.signal.fileDescriptor], timeoutMilliseconds: Int32(clamping: milliseconds))
  }

  private func discardPipeline() {
    guard let pipeline else { return }
    pipeline.abandon()
    let known = readBefore.flatMap { Self.isSame($0.identity, pipeline.identity) ? $0.position : nil }
    readBefore = (max(known ?? pipeline.tracker.next, pipeline.tracker.next), pipeline.identity)
    self.pipeline = nil
  }
}
