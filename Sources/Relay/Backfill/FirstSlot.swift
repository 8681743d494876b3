import Kafka
import PGOutput
import Postgres
import Runtime
import Telemetry

/// Makes a slot and sends the rows that are older than it, which its stream will never hold.
///
/// The slot is temporary until Kafka has acknowledged every row of its snapshot, and then copied under its own name. So
/// whatever interrupts this leaves nothing behind, and the next start does it all again.
struct FirstSlot {
  let source: SourceSettings
  let stop: StopRequest
  let logger: Logger

  func make(_ makePipeline: (SystemIdentity, LSN) throws -> Pipeline) throws {
    let connection = try ReplicationConnection(source.connection)
    let identity = try connection.identifySystem()
    let temporary = "bongsu_first_\(SystemTime.unixMicroseconds())"
    let slot = try connection.createSlot(temporary, isTemporary: true, snapshot: .export)
    guard let snapshot = slot.snapshotName else {
      throw RelayError.retry(.backfill, "PostgreSQL exported no snapshot with the slot")
    }
    let pipeline = try makePipeline(identity, slot.consistentPoint)
    defer { pipeline.producer.close() }
    let rows = try send(snapshot, through: pipeline, at: slot.consistentPoint)
    try connection.execute("SELECT pg_copy_logical_replication_slot('\(temporary)', '\(source.slot)', false)")
    logger.info("made the slot", ["source": source.name, "slot": source.slot, "rows": "\(rows)"])
  }

  private func send(_ snapshot: String, through pipeline: Pipeline, at point: LSN) throws -> Int {
    var count = 0
    let now = PostgresTime.now(unixMicroseconds: SystemTime.unixMicroseconds())
    pipeline.begin(commit: point, committedAt: now)
    try SnapshotRows(source, snapshot: snapshot).readAll { body, row in
      try settle(pipeline) { pipeline.hasRoom }
      try pipeline.send(body, row)
      count += 1
    }
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
