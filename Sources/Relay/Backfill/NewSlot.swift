import Kafka
import PGOutput
import Postgres
import Runtime
import Telemetry

/// Makes a slot and sends the rows that are older than it, which its stream will never hold.
///
/// The slot is temporary until Kafka has acknowledged every row of its snapshot, and then copied under its own name. So
/// whatever interrupts this leaves nothing behind, and the next start does it all again.
struct NewSlot {
  let source: SourceSettings
  let stop: StopRequest

  /// Decides which rows of the snapshot are sent.
  typealias Choice = (SnapshotRows) throws -> ((_ id: String) -> Bool)

  /// - Parameters:
  ///   - choose: sees the snapshot before the first row is sent; what it throws ends all without a trace.
  ///   - replaces: drops the slot that has the name at present, at the very end.
  /// - Returns: the rows that were sent.
  func make(
    replaces: Bool = false, choosing choose: Choice = { _ in { _ in true } },
    _ makePipeline: (SystemIdentity, LSN) throws -> Pipeline
  ) throws -> Int {
    let connection = try ReplicationConnection(source.connection)
    let identity = try connection.identifySystem()
    let temporary = "bongsu_new_\(SystemTime.unixMicroseconds())"
    let slot = try connection.createSlot(temporary, isTemporary: true, snapshot: .export)
    guard let snapshot = slot.snapshotName else {
      throw RelayError.retry(.backfill, "PostgreSQL exported no snapshot with the slot")
    }
    let rows = try SnapshotRows(source, snapshot: snapshot)
    let isWanted = try choose(rows)
    let pipeline = try makePipeline(identity, slot.consistentPoint)
    defer { pipeline.producer.close() }
    let count = try send(rows, isWanted, through: pipeline, at: slot.consistentPoint)
    if replaces { try connection.dropSlot(source.slot) }
    try connection.execute("SELECT pg_copy_logical_replication_slot('\(temporary)', '\(source.slot)', false)")
    return count
  }

  private func send(
    _ rows: SnapshotRows, _ isWanted: (String) -> Bool, through pipeline: Pipeline, at point: LSN
  ) throws -> Int {
    var count = 0
    let now = PostgresTime.now(unixMicroseconds: SystemTime.unixMicroseconds())
    pipeline.begin(commit: point, committedAt: now)
    try rows.readAll { body, row in
      guard isWanted(row.id.map { body.extracting($0).text } ?? "") else { return }
      try settle(pipeline) { pipeline.hasRoom }
      try pipeline.send(body, row)
      count += 1
    }
    pipeline.expedite()
    try settle(pipeline) { pipeline.flight.isEmpty }
    return count
  }

  /// Takes Kafka's answers until `isSettled`.
  private func settle(_ pipeline: Pipeline, _ isSettled: () -> Bool) throws {
    while true {
      pipeline.wake.clear()
      pipeline.drain()
      if let fault = pipeline.fault { throw fault }
      if isSettled() { return }
      guard !stop.isRequested else { throw RelayError.retry(.backfill, "stopped before the slot was made") }
      _ = Poll.wait([pipeline.wake.fileDescriptor, stop.signal.fileDescriptor], timeoutMilliseconds: -1)
    }
  }
}
