import Kafka
import NotificationModel
import Postgres
public import Relay
public import Runtime

/// How fast the relay is between one PostgreSQL and one Kafka: a backlog is drained, then rows are inserted at a steady
/// rate and consumed. It works in a schema and a topic of its own and removes both.
public struct RelayBench {
  public let name: BenchName
  private let settings: RelaySettings
  private let source: SourceSettings
  private let options: BenchOptions
  private let interruption: BenchInterruption
  private let say: (String) -> Void

  /// - Parameters:
  ///   - settings: the first source's database, the flight's bounds and Kafka; slot, publication and topic are the
  ///     run's.
  ///   - signals: made before any thread; one of them ends the run.
  ///   - say: hears what happens, a sentence at a time.
  public init(
    _ settings: RelaySettings, options: BenchOptions, signals: StopSignals, say: @escaping (String) -> Void
  ) {
    var random = SystemRandomNumberGenerator()
    name = BenchName(using: &random)
    source = Self.source(name, like: settings.sources[0])
    self.settings = settings
    self.options = options
    self.say = say
    interruption = BenchInterruption(signals: signals)
  }

  /// The database of a source and nothing else of it.
  private static func source(_ name: BenchName, like given: SourceSettings) -> SourceSettings {
    var source = SourceSettings(
      name: "bench", connection: given.connection.setting("application_name", "bongsu-bench"),
      slot: name.description, publication: name.description, topic: name.description, parkedTopic: name.description)
    source.heartbeat = .zero
    return source
  }

  /// Blocks until it is over; what was made is removed however it ends.
  /// - Parameter topics: gives the topic's partitions and copies.
  /// - Throws: `BenchInterrupted` after a signal; else what went wrong, or that something could not be removed.
  public func run(topics: TopicSection) throws -> BenchReport {
    try refuseUnsound()
    try interruption.check()
    let layout = try topics.layout(brokers: try TopicAdministration(settings.kafka).brokerCount())
    let stage = BenchStage(
      name: name, source: source, kafka: settings.kafka, layout: layout, interruption: interruption)
    say("making schema, publication, slot and topic \(name) in \(source.connection); all are removed at the end")
    say("should this process be killed, remove them \(name.advice)")
    let result = Result { try measure(stage) }
    let left = stage.remove()
    guard left.isEmpty else {
      let first = if case .failure(let error) = result { "\(error); and " } else { "" }
      throw BenchError("\(first)not all could be removed: \(left.joined(separator: "; ")). Remove it \(name.advice)")
    }
    say("removed what was made")
    return try result.get()
  }

  /// The doctor looks first, at all but what is still to be made.
  private func refuseUnsound() throws {
    let report = Doctor(DoctorTarget(sources: [source], kafka: settings.kafka)).examine()
    let failures = Self.failures(report)
    guard failures.isEmpty else { throw BenchError(failures.map(\.description).joined(separator: "\n")) }
  }

  static func failures(_ report: DoctorReport) -> [Finding] {
    let madeLater: Set = ["publication", "slot missing", "topic"]
    return report.sections.flatMap(\.findings).filter { $0.level == .failure && !madeLater.contains($0.check) }
  }

  private func measure(_ stage: BenchStage) throws -> BenchReport {
    try stage.build()
    var settings = settings
    settings.sources = [source]
    let relay = BenchRelay(settings, source: source.name, interruption: interruption)
    defer { relay.stop() }
    let consumer = try LiveConsumer(settings.kafka, topic: source.topic, partitions: stage.layout.partitions)
    defer { consumer.close() }
    var report = BenchReport()
    try drain(stage, relay, consumer).write(into: &report)
    report.line()
    try latency(relay, consumer).write(into: &report)
    return report
  }

  /// The relay's slot is a copy of the one that is read to nowhere, so both read the same log.
  private func drain(_ stage: BenchStage, _ relay: BenchRelay, _ consumer: LiveConsumer) throws -> DrainResult {
    let connection = try ReplicationConnection(source.connection)
    _ = try connection.createSlot(name.ceilingSlot, isTemporary: true, snapshot: .nothing)
    say("filling the outbox with \(options.rows) rows")
    try stage.fill(rows: options.rows)
    try connection.execute("SELECT pg_copy_logical_replication_slot('\(name.ceilingSlot)', '\(source.slot)', false)")
    say("reading the slot to nowhere")
    var reader = SlotReader(connection, interruption: interruption)
    let ceiling = try reader.seconds(slot: name.ceilingSlot, publication: source.publication, rows: options.rows)
    connection.close()
    say("draining the slot into Kafka")
    let (cpu, start) = (ProcessUsage.cpuSeconds, SystemTime.monotonicNanoseconds())
    relay.start()
    try relay.wait(acknowledged: options.rows)
    let seconds = Double(SystemTime.monotonicNanoseconds() - start) / 1e9
    return DrainResult(
      rows: options.rows, ceilingSeconds: ceiling, seconds: seconds, cpuSeconds: ProcessUsage.cpuSeconds - cpu,
      residentPeakBytes: ProcessUsage.residentPeakBytes, records: try consumer.records())
  }

  private func latency(_ relay: BenchRelay, _ consumer: LiveConsumer) throws -> LatencyResult {
    let schedule = InsertSchedule(rate: options.rate, seconds: options.seconds)
    let inserts = LiveInserts(schedule, table: name.table)
    defer { inserts.stop() }
    inserts.connect(source.connection)
    try interruption.wait(for: "\(schedule.writers) connections for inserting") { try inserts.isReady }
    try consumer.begin(interruption)
    say("inserting \(options.rate) rows a second for \(options.seconds) s")
    inserts.start()
    while try !inserts.isOver { try receive(relay, consumer) }
    let (microseconds, seconds) = inserts.outcome
    let deadline = SystemTime.monotonicNanoseconds() + 30_000_000_000
    while consumer.microseconds.count < microseconds.count, SystemTime.monotonicNanoseconds() < deadline {
      try receive(relay, consumer)
    }
    return LatencyResult(
      schedule: schedule, seconds: seconds, consumed: LatencyDistribution(microseconds: consumer.microseconds),
      inserted: LatencyDistribution(microseconds: microseconds))
  }

  private func receive(_ relay: BenchRelay, _ consumer: LiveConsumer) throws {
    try interruption.check()
    try relay.check()
    try consumer.receive(milliseconds: 50)
  }
}
