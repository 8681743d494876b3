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
  let factory: PipelineFactory
  let stop: StopRequest
  /// Hears what is being done or waited for, from any thread.
  let tell: @Sendable (Step) -> Void

  enum Step: Equatable, CustomStringConvertible {
    case making
    /// For older transactions; which, and that they are others by now.
    case waiting(String)
    case waitingStill(String)
    case sending

    /// Worth a line; a busy database has another transaction to wait for every second.
    var isNews: Bool { if case .waitingStill = self { false } else { true } }

    var description: String {
      switch self {
      case .making: "making the slot"
      case .waiting(let text), .waitingStill(let text): text
      case .sending: "reading the rows that are older than the slot"
      }
    }
  }

  /// Decides which rows of the snapshot are sent.
  typealias Choice = (SnapshotRows) throws -> ((_ id: String) -> Bool)

  /// - Parameters:
  ///   - choose: sees the snapshot before the first row is sent; what it throws ends all without a trace.
  ///   - replaces: drops the slot that has the name at present, at the very end.
  /// - Returns: the rows that were sent.
  func make(
    replaces: Bool = false, choosing choose: Choice = { _ in { _ in true } }
  ) throws -> Int {
    let connection = try ReplicationConnection(source.connection)
    let identity = try connection.identifySystem()
    try checkRoom(connection, for: replaces ? 1 : 2)
    // Before the slot, which may have to wait for hours.
    try SnapshotRows(source, snapshot: nil).checkRights()
    let temporary = "bongsu_new_\(SystemTime.unixMicroseconds())"
    let slot = try create(temporary, connection)
    tell(.sending)
    guard let snapshot = slot.snapshotName else {
      throw RelayError.retry(.backfill, "PostgreSQL exported no snapshot with the slot")
    }
    let rows = try SnapshotRows(source, snapshot: snapshot)
    let isWanted = try choose(rows)
    let count = try send(rows, isWanted, identity, at: slot.consistentPoint)
    if replaces { try connection.dropSlot(source.slot) }
    try connection.execute("SELECT pg_copy_logical_replication_slot('\(temporary)', '\(source.slot)', false)")
    return count
  }

  /// Waits as long as PostgreSQL does: until every transaction that is running now has ended.
  private func create(_ name: String, _ connection: ReplicationConnection) throws -> CreatedSlot {
    tell(.making)
    let wait = SlotWait(
      source.connection, process: connection.processID, canceller: try connection.canceller(), stop: stop, tell: tell)
    defer { wait.end() }
    do {
      return try connection.createSlot(name, isTemporary: true, snapshot: .export)
    } catch {
      throw stop.isRequested ? Self.stopped : error
    }
  }

  private static let stopped = RelayError.retry(.backfill, "stopped before the slot was made")

  /// The temporary slot and the one that is copied from it are there at once. Found only by the copy, a lack of room
  /// would have all rows sent again at each attempt.
  private func checkRoom(_ connection: ReplicationConnection, for needed: Int) throws {
    let room = try connection.execute(
      "SELECT current_setting('max_replication_slots')::int - count(*) FROM pg_replication_slots")
    guard room.scalar.flatMap({ Int($0) }) ?? 0 < needed else { return }
    throw RelayError.retry(
      .backfill,
      "PostgreSQL has no room for \(needed) more replication slots, which making a slot needs; "
        + "raise max_replication_slots and restart PostgreSQL, or drop a slot", after: .seconds(10))
  }

  /// Sends the rows; after a batch that was refused as a whole the rest goes row by row, so that each is judged alone.
  private func send(
    _ rows: SnapshotRows, _ isWanted: (String) -> Bool, _ identity: SystemIdentity, at point: LSN
  ) throws -> Int {
    let pipeline = try factory.make(identity, confirmed: point)
    defer { pipeline.abandon() }
    do {
      return try send(rows, isWanted, through: pipeline, at: point)
    } catch  where pipeline.needsIsolation {
      let done = Int(pipeline.flight.head)
      let alone = try factory.make(
        identity, confirmed: point, isolateUntil: LSN(rawValue: .max), readBefore: pipeline.tracker.next)
      defer { alone.abandon() }
      return done + (try send(rows, isWanted, past: done, through: alone, at: point))
    }
  }

  private func send(
    _ rows: SnapshotRows, _ isWanted: (String) -> Bool, past done: Int = 0, through pipeline: Pipeline, at point: LSN
  ) throws -> Int {
    var count = 0
    let now = PostgresTime.now(unixMicroseconds: SystemTime.unixMicroseconds())
    pipeline.begin(commit: point, committedAt: now, past: done)
    try rows.readAll { body, row in
      guard isWanted(row.id.map { body.extracting($0).text } ?? "") else { return }
      count += 1
      guard count > done else { return }
      try settle(pipeline) { pipeline.hasRoom }
      try pipeline.send(body, row)
    }
    pipeline.expedite()
    try settle(pipeline) { pipeline.flight.isEmpty }
    return count - done
  }

  /// Takes Kafka's answers until `isSettled`.
  private func settle(_ pipeline: Pipeline, _ isSettled: () -> Bool) throws {
    while true {
      pipeline.wake.clear()
      pipeline.drain()
      if let fault = pipeline.fault { throw fault }
      // First: with room in the flight it would otherwise be seen only once all rows were handed over.
      guard !stop.isRequested else { throw Self.stopped }
      if isSettled() { return }
      _ = Poll.wait([pipeline.wake.fileDescriptor, stop.signal.fileDescriptor], timeoutMilliseconds: -1)
    }
  }
}
