import PGOutput
import Postgres
import Runtime
import Telemetry

/// What a second connection sees of a source while the first one streams: how far the slot lags and what it keeps on
/// disk. It also writes the heartbeat and runs the outbox's maintenance. Its faults are logged and never stop a stream.
final class SlotWatcher {
  private let source: SourceSettings
  private let metrics: WatchMetrics
  private let logger: Logger
  private let stop: StopRequest
  private var connection: PostgresConnection?
  private var schedule: WatchSchedule
  private var registration = SlotRegistration.Outcome.absent
  private var tables: Set<String> = []
  private let warn: (String?) -> Void

  /// - Parameter warn: hears what is wrong with the publication while the stream goes on; nil once it is right.
  init(
    _ source: SourceSettings, metrics: WatchMetrics, logger: Logger, stop: StopRequest,
    warn: @escaping (String?) -> Void
  ) {
    self.warn = warn
    self.source = source
    self.metrics = metrics
    self.logger = logger
    self.stop = stop
    schedule = WatchSchedule(
      heartbeat: source.heartbeat, maintenance: source.maintenance?.interval,
      now: SystemTime.monotonicNanoseconds())
  }

  /// Returns after a stop.
  func run() {
    while !stop.isRequested {
      let now = SystemTime.monotonicNanoseconds()
      for task in schedule.due(now: now) { attempt(task) }
      let wait = schedule.nanosecondsToNext(now: SystemTime.monotonicNanoseconds())
      _ = Poll.wait([stop.signal.fileDescriptor], timeoutMilliseconds: Int32(clamping: wait / 1_000_000 + 1))
    }
  }

  private func attempt(_ task: WatchSchedule.Task) {
    do {
      switch task {
      case .look: try look()
      case .heartbeat: try beat()
      case .maintenance: try maintain()
      }
    } catch {
      connection = nil
      if task == .maintenance { metrics.maintenanceFailed.increment() }
      let reason = (error as? any DispositionError)?.description ?? "\(error)"
      logger.warning("watching the slot failed", ["source": source.name, "task": task.rawValue, "reason": reason])
    }
  }

  private func opened() throws -> PostgresConnection {
    if let connection, connection.isUsable { return connection }
    let made = try PostgresConnection(source.connection)
    connection = made
    return made
  }

  private func look() throws {
    try lookAtTables()
    let slot = try opened().execute(
      """
      SELECT wal_status, pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn),
        pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)
      FROM pg_replication_slots WHERE slot_name = $1
      """, [.text(source.slot)])
    guard slot.rowCount == 1 else { return metrics.show(status: "missing") }
    metrics.show(status: slot[0, 0] ?? "lost")
    metrics.lagBytes.set(slot[0, 1].flatMap { Double($0) } ?? 0)
    metrics.retainedWAL.set(slot[0, 2].flatMap { Double($0) } ?? 0)
    if registration == .absent { try register() }
  }

  private func register() throws {
    registration = try SlotRegistration.attempt(source, opened())
    guard registration == .refused else { return }
    logger.warning(
      "the slot is not registered, so outbox.maintain drops no day; grant outbox_relay to the relay's user",
      ["source": source.name])
  }

  /// A table that is taken out of the publication falls silent without an error.
  private func lookAtTables() throws {
    let present = Set(
      try opened().execute(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_publication_tables WHERE pubname = $1",
        [.text(source.publication)]
      ).column)
    tables.formUnion(present)
    let gone = tables.subtracting(present).sorted().joined(separator: ", ")
    warn(
      gone.isEmpty
        ? nil
        : "\(gone) was taken out of publication \(source.publication), and rows written since are not in the stream; "
          + "type ALTER PUBLICATION \(source.publication) ADD TABLE \(gone) and then "
          + "\(source.repairCommand(replacesSlot: true)), or start the relay again if it was meant")
  }

  /// Gives a database without traffic of its own something to confirm.
  private func beat() throws {
    try opened().execute("SELECT pg_logical_emit_message(false, 'bongsu', '')")
    metrics.heartbeats.increment()
  }

  private func maintain() throws {
    guard let maintenance = source.maintenance else { return }
    let connection = try PostgresConnection(maintenance.connection ?? source.connection)
    // Who was not granted it leaves it to others.
    guard try OutboxFunction.look("maintain", connection) == .granted else { return }
    while !stop.isRequested, try maintainOneStep(connection, keep: maintenance.keep) {}
    metrics.maintenanceDone.increment()
  }

  /// In a transaction of its own, as each step keeps writers off a table until its transaction ends.
  /// - Returns: whether something was made or dropped, so that there may be more to do.
  private func maintainOneStep(_ connection: PostgresConnection, keep: String) throws -> Bool {
    let answer = try connection.execute("SELECT * FROM outbox.maintain($1::interval, 1)", [.text(keep)])
    let rows = (0..<answer.rowCount).map { row in (0..<3).map { answer[row, $0] ?? "" } }
    let steps = rows.filter { ["created", "dropped"].contains($0[0]) }
    // Why something was not done is said once, at the end.
    for row in steps.isEmpty ? rows : steps {
      logger.info("maintenance", ["source": source.name, "action": row[0], "object": row[1], "detail": row[2]])
    }
    return !steps.isEmpty
  }
}
