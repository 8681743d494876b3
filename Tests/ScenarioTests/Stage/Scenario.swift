import LocalServers
import Postgres
import TestSupport
import Testing

/// One play: a database with an outbox, a slot and topics of its own; relays; load; faults; and a verdict.
///
///     try Scenario.play("relay killed", seed) { scene in
///       try scene.startRelay()
///       try scene.underLoad { scene.relay.kill(); try scene.startRelay() }
///       try scene.settle()
///     }
final class Scenario {
  let name: String
  let seed: UInt64
  let setup: Setup
  let stage: Stage
  /// On the standby once that has taken over.
  private(set) var database: TestDatabase
  /// Also the name of the topic.
  let slot: String
  var random: SeededGenerator
  /// In the order of their starts; the last one is `relay`.
  var relays: [DaemonProcess] = []

  private init(_ name: String, _ seed: UInt64, _ setup: Setup) throws {
    (self.name, self.seed, self.setup) = (name, seed, setup)
    random = SeededGenerator(seed: seed)
    stage = try setup.stage ?? Stage.shared
    database = try stage.postgres.newDatabase()
    slot = database.name
    if let outbox = setup.outbox { try database.run(outbox) } else { try database.migrate(tables: setup.tables) }
    if setup.makesTopics { try makeTopics() }
    if setup.makesSlot { for slot in slots { try database.makeSlot(slot) } }
  }

  /// What the play does to the database, it does there from now on, and so does the verdict.
  func goOver(to standby: PostgresServer) { database = database.copy(on: standby) }

  /// What differs from the usual set.
  struct Setup {
    /// Nil: the shared one.
    var stage: Stage?
    /// Whether relays reach their servers by the stage's proxies.
    var isProxied = false
    var partitions = 3
    var topicConfiguration: [String: String] = [:]
    var makesTopics = true
    var makesSlot = true
    /// SQL that makes another outbox than the migrations' and its publication `bongsu`.
    var outbox: String?
    var table = "outbox.event"
    /// Outbox tables, each with a slot; above one the load goes through outbox.enqueue.
    var tables = 1
    /// Further flags of `bongsu relay`.
    var flags: [String] = []
    /// Where it differs from the stage's Kafka.
    var bootstrapServers: String?
  }

  /// Sets up, plays and judges; a failure is reported with the verdict and the relays' last words.
  /// - Parameters:
  ///   - duplicates: how many there may be.
  ///   - absent: how many rows must not be there: parked, or written where the stream has a gap.
  ///   - isOrdered: false where a batch was refused as a whole: Kafka takes the next one before it is sent again.
  static func play(
    _ name: String, _ seed: UInt64 = 1, _ setup: Setup = Setup(), duplicates: Duplicates = .share(0.16),
    absent: Int = 0, isOrdered: Bool = true, location: SourceLocation = #_sourceLocation,
    _ body: (Scenario) throws -> Void
  ) throws {
    let scene = try Scenario(name, seed, setup)
    defer { scene.clear() }
    let start = ContinuousClock.now
    do {
      try body(scene)
    } catch {
      scene.stage.recover()
      let found = (try? scene.verdict().description) ?? "none"
      Issue.record(error, "\(name), seed \(seed): verdict \(found)\n\(scene.lastWords)", sourceLocation: location)
      return
    }
    let verdict = try scene.verdict()
    Score(name, seed, verdict, absent: absent, seconds: (ContinuousClock.now - start) / .seconds(1)).report()
    let isSound = verdict.missing == absent && verdict.unexpected == 0 && (verdict.disordered == 0 || !isOrdered)
    #expect(
      verdict.committed > 0 && isSound && duplicates.allows(verdict),
      "\(name), seed \(seed): \(verdict); \(duplicates)\n\(scene.lastWords)",
      sourceLocation: location)
  }

  var slots: [String] { [slot] + (2...64).prefix(setup.tables - 1).map { "\(slot)_\($0)" } }
  var topic: String { slot }
  var parkedTopic: String { slot + ".parked" }

  func makeTopics() throws {
    try stage.kafka.makeTopic(topic, partitions: setup.partitions, configuration: setup.topicConfiguration)
    try stage.kafka.makeTopic(parkedTopic)
  }

  func verdict() throws -> Verdict {
    try Oracle(database: database, topic: reader, table: rows).judge()
  }

  /// Every committed row, whichever table it is in.
  private var rows: String {
    guard setup.tables > 1 else { return setup.table }
    let others = (2...setup.tables).map { " UNION ALL SELECT id FROM outbox.event_\($0)" }
    return "(SELECT id FROM outbox.event\(others.joined())) AS event"
  }

  var reader: TopicReader { TopicReader(stage.kafka.bootstrapServers, topic: topic) }
  var parkedReader: TopicReader { TopicReader(stage.kafka.bootstrapServers, topic: parkedTopic) }

  private var lastWords: String { relays.map(\.lastWords).joined(separator: "\n") }

  /// A slot that stays would keep the server's log for ever.
  private func clear() {
    for relay in relays { relay.kill() }
    rollBackPrepared()
    guard let connection = try? PostgresConnection(stage.postgres.connectionSettings()) else { return }
    try? eventually("the slot is free") {
      try connection.execute(
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = $1",
        [.text(database.name)])
      return true
    }
    _ = try? connection.run(script: "DROP DATABASE \(database.name) WITH (FORCE)")
  }

  /// One that a failed scenario leaves would keep every later one from making its slot.
  private func rollBackPrepared() {
    let open = try? database.scalar(
      "SELECT string_agg(gid, ',') FROM pg_prepared_xacts WHERE database = current_database()")
    for name in (open ?? "").split(separator: ",") { try? database.run("ROLLBACK PREPARED '\(name)'") }
  }
}
