import Kafka
import LocalServers
import PGOutput
import Postgres
import Runtime
import Telemetry
import TestSupport
import Testing

@testable import Relay

@Suite("Repairing a slot", .requires(.postgres, .broker))
struct RelayRepairTests {
  private let database: TestDatabase
  private let source: SourceSettings
  private let settings: RelaySettings

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    try database.migrate()
    let kafka = try SharedServers.broker
    let topic = uniqueName("repair")
    try kafka.makeTopic(topic, partitions: 3)
    try kafka.makeTopic(topic + "-parked")
    source = SourceSettings(
      name: "test", connection: try database.settings, slot: uniqueName("repair", separator: "_"),
      publication: "bongsu",
      topic: topic, parkedTopic: topic + "-parked")
    settings = RelaySettings(sources: [source], kafka: kafka.kafkaSettings)
  }

  private func enqueue(_ count: Int) throws {
    try database.run(
      "SELECT outbox.enqueue('order', 'user-' || n, 'order.made', '{}') FROM generate_series(1, \(count)) AS n")
  }

  @discardableResult
  private func repair(_ change: (inout RelayRepair.Options) -> Void = { _ in }) throws -> RelayRepair.Outcome {
    var options = RelayRepair.Options()
    change(&options)
    return try RelayRepair(source, settings, options: options).run(registry: MetricsRegistry()) { _ in }
  }

  private func ids() throws -> [String] {
    try TopicReader(settings.kafka.bootstrapServers, topic: source.topic).records().compactMap { $0.header("id") }
  }

  private func hasSlot() throws -> Bool {
    try database.scalar("SELECT count(*) FROM pg_replication_slots WHERE slot_name = $1", [.text(source.slot)]) == "1"
  }

  @Test func `sends what no topic has, makes the slot, and sends nothing a second time`() throws {
    try enqueue(300)
    #expect(try repair() == .init(rows: 300, delivered: 0, sent: 300))
    #expect(try hasSlot())
    try database.run("SELECT pg_drop_replication_slot('\(source.slot)')")
    try enqueue(50)
    #expect(try repair() == .init(rows: 350, delivered: 300, sent: 50))
    let sent = try ids()
    #expect(sent.count == 350 && Set(sent).count == 350)
    // The stream goes on behind the snapshot.
    try enqueue(7)
    let waiting =
      "SELECT count(*) FROM pg_logical_slot_peek_binary_changes($1, NULL, NULL, 'proto_version', '1', "
      + "'publication_names', 'bongsu') WHERE get_byte(data, 0) = 73"
    #expect(try database.scalar(waiting, [.text(source.slot)]) == "7")
  }

  @Test func `a dry run counts and changes nothing`() throws {
    try enqueue(20)
    #expect(try repair { $0.isDryRun = true } == .init(rows: 20, delivered: 0, sent: 0))
    #expect(try ids().isEmpty && !hasSlot())
  }

  @Test func `a healthy slot is left alone unless asked for`() throws {
    try database.makeSlot(source.slot)
    let error = #expect(throws: RelayError.self) { try repair() }
    #expect(error?.code == .slotHealthy)
    #expect(error?.description.contains("--replace-slot") == true)
    try enqueue(5)
    #expect(try repair { $0.replacesHealthySlot = true }.sent == 5)
  }

  @Test func `a slot in use is refused`() throws {
    try database.makeSlot(source.slot)
    let reader = try ReplicationConnection(database.settings)
    try reader.startReplication(slot: source.slot, from: .zero, publications: ["bongsu"])
    let error = #expect(throws: RelayError.self) { try repair { $0.replacesHealthySlot = true } }
    #expect(error?.description.contains("stop its relay") == true)
    // To look does not need the slot.
    try enqueue(4)
    #expect(try repair { $0.isDryRun = true } == .init(rows: 4, delivered: 0, sent: 0))
  }

  @Test func `what a former topic holds is not sent again`() throws {
    try enqueue(9)
    try repair()
    try database.run("SELECT pg_drop_replication_slot('\(source.slot)')")
    let topic = uniqueName("repair")
    try SharedServers.broker.makeTopic(topic, partitions: 3)
    var moved = source
    moved.topic = topic
    var options = RelayRepair.Options()
    options.formerTopics = [source.topic]
    let repair = RelayRepair(moved, settings, options: options)
    #expect(try repair.run(registry: MetricsRegistry()) { _ in } == .init(rows: 9, delivered: 9, sent: 0))
  }

  @Test func `a row whose pointer is parked counts as sent`() throws {
    try enqueue(3)
    let id = try #require(try database.scalar("SELECT id FROM outbox.event LIMIT 1"))
    let producer = try Producer(settings.kafka)
    var headers = RecordHeaders()
    headers.add("id", Array(id.utf8).rawBytes)
    let parked = try producer.topic(source.parkedTopic)
    try producer.produce(parked, key: nil, value: Array("{}".utf8).rawBytes, headers: &headers, token: 1)
    #expect(producer.flush(timeoutMilliseconds: 10_000))
    #expect(try repair() == .init(rows: 3, delivered: 1, sent: 2))
  }

  @Test func `rows older than what the topic still holds are not sent on a guess`() throws {
    try enqueue(10)
    try repair()
    // Retention takes what the topic held, as after a long time.
    try SharedServers.broker.deleteRecords(of: source.topic)
    try database.run("SELECT pg_drop_replication_slot('\(source.slot)')")
    try enqueue(1)
    let error = #expect(throws: RelayError.self) { try repair() }
    #expect(error?.description.contains("--since") == true)
    #expect(try !hasSlot() && ids().isEmpty)
    #expect(try repair { $0.since = SystemTime.unixMicroseconds() / 1_000 + 1 }.sent == 0)
  }
}
