import Kafka
import PGOutput
import Postgres
import Runtime
public import Telemetry

/// Makes a source whole again after its slot was dropped, lost or passed over rows: compares what the tables hold with
/// what the topics hold, makes the slot anew and sends what is missing before it streams again.
///
/// A row counts as sent when its id is in one of its topics, or in the parked one as a pointer. Nothing is changed
/// before everything was compared; the slot comes last. So whatever interrupts this, it can be begun again.
public struct RelayRepair {
  private let source: SourceSettings
  private let settings: RelaySettings
  private let options: Options
  private let stop = StopRequest()

  public struct Options: Sendable {
    /// Only compares and counts.
    public var isDryRun = false
    /// Repairs although the slot is there and not lost, as after a table was taken out of the publication for a while.
    public var replacesHealthySlot = false
    /// Rows made before it are not looked at; milliseconds since 1970. Nil looks at all.
    public var since: Int64?
    /// Topics that rows went to before routes were changed.
    public var formerTopics: [String] = []

    public init() {}
  }

  /// What was found and done, in rows.
  public struct Outcome: Sendable, Equatable {
    public var rows = 0
    public var delivered = 0
    public var sent = 0
    /// Rows of the tables whose ids no topic has.
    public var missing: Int { rows - delivered }
  }

  public init(_ source: SourceSettings, _ settings: RelaySettings, options: Options) {
    self.source = source
    self.settings = settings
    self.options = options
  }

  /// Blocks until all is done.
  /// - Throws: `RelayError` saying what to do, of code `slotHealthy` where nothing is to be done; `PostgresError` and `KafkaError` from below.
  public func run(registry: MetricsRegistry, progress: @escaping @Sendable (String) -> Void) throws -> Outcome {
    let hasSlot = try check()
    if options.isDryRun { return try compare(SnapshotRows(source, snapshot: nil), progress).outcome }
    var outcome = Outcome()
    let factory = PipelineFactory(
      source: source, settings: settings, metrics: RelayMetrics(registry, source: source.name))
    let maker = NewSlot(source: source, factory: factory, stop: stop) { step in
      if step.isNews { progress(step.description) }
    }
    outcome.sent = try maker.make(replaces: hasSlot) { rows in
      let (ids, compared) = try compare(rows, progress)
      outcome = compared
      progress("sending \(compared.missing) rows that no topic has")
      return { ids.isMissing($0) }
    }
    return outcome
  }

  /// Reads the snapshot's ids and then the topics.
  private func compare(_ rows: SnapshotRows, _ progress: (String) -> Void) throws -> (ids: EventIDs, outcome: Outcome) {
    let oldest = try rows.oldest()
    // Rows that do not tell their age are all compared, so that the topics are read from their beginning.
    let since = oldest.map { max(options.since ?? $0, $0) }
    var keys: [EventKey] = []
    try rows.ids(since: options.since) { keys.append(EventKey($0)) }
    var ids = EventIDs(keys)
    keys = []
    let topics = Array(Set(source.topics + [source.parkedTopic] + options.formerTopics)).sorted()
    progress("read \(ids.count) rows; reading \(topics.joined(separator: ", "))")
    let scan = TopicScan(kafka: settings.kafka, topics: topics, stop: stop)
    let scanned = try scan.run(since: since) { ids.markDelivered($0) }
    progress("read \(scanned.records) records; \(ids.deliveredCount) of the rows are there")
    if let horizon = scanned.horizon, options.since == nil, since.map({ $0 < horizon }) ?? true, ids.hasMissing {
      throw RelayError.stop(
        .backfill,
        "a topic of \(source.topics.joined(separator: ", ")) has dropped what it held before \(Self.text(horizon)), "
          + "so nobody can tell whether older rows were sent; give --since with that time to leave them out, or an "
          + "earlier one to send those of them that are not there (once more, perhaps)")
    }
    return (ids, Outcome(rows: ids.count, delivered: ids.deliveredCount))
  }

  /// In whole seconds, rounded up, as --since takes it.
  private static func text(_ milliseconds: Int64) -> String {
    let seconds = (milliseconds + 999) / 1_000
    let time = PostgresTime.format(PostgresTime.now(unixMicroseconds: seconds * 1_000_000))
    return String(decoding: time.prefix(19), as: UTF8.self) + "Z"
  }

  /// The slot's wal_status; nil when it is missing.
  private func slotStatus(_ connection: PostgresConnection) throws -> String? {
    let slot = try connection.execute(
      """
      SELECT coalesce(wal_status, 'lost'), active_pid, plugin = 'pgoutput' AND database = current_database()
      FROM pg_replication_slots WHERE slot_name = $1
      """, [.text(source.slot)])
    guard slot.rowCount == 1 else { return nil }
    // Names are the whole cluster's: it may be a standby's, or another database's.
    guard slot[0, 2] == "t" else {
      throw RelayError.stop(
        .backfill, "replication slot \(source.slot) is of another plugin or database, and is left alone; name another")
    }
    if let process = slot[0, 1], !options.isDryRun {
      throw RelayError.stop(
        .backfill, "replication slot \(source.slot) is in use by process \(process) of PostgreSQL's; stop its relay")
    }
    return slot[0, 0]
  }

  /// - Returns: whether there is a slot to be replaced.
  private func check() throws -> Bool {
    let connection = try PostgresConnection(source.connection)
    try Preflight.checkPublication(source, connection)
    guard let status = try slotStatus(connection) else { return false }
    if status != "lost", !options.isDryRun, !options.replacesHealthySlot {
      throw RelayError.stop(
        .slotHealthy,
        "replication slot \(source.slot) is there and not lost, so nothing needs a repair; --dry-run tells whether rows "
          + "are missing in Kafka, and --replace-slot repairs all the same")
    }
    return true
  }
}
