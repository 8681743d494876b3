import Administration
import Foundation
import Kafka
import LocalServers
import Postgres
import Relay
import TestSupport
import Testing

/// The doctor against servers that are sound or broken in one way each.
@Suite("bongsu doctor", .requires(.postgres, .broker))
struct DoctorTests {
  private let database: TestDatabase
  private let slot = uniqueName("s", separator: "_")
  private let topic = uniqueName("doctor")

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    try database.migrate()
    try database.makeSlot(slot)
    try SharedServers.broker.makeTopic(topic)
  }

  private func examine(
    _ connection: ConnectionSettings? = nil, kafka: KafkaSettings? = nil,
    _ change: (inout SourceSettings) -> Void = { _ in }
  ) throws -> DoctorReport {
    var source = SourceSettings(
      name: "default", connection: try connection ?? database.settings, slot: slot, publication: "bongsu", topic: topic,
      parkedTopic: topic)
    change(&source)
    let settings = try kafka ?? SharedServers.broker.kafkaSettings
    return Doctor(DoctorTarget(sources: [source], kafka: settings)).examine()
  }

  /// The failures, each as a sentence.
  private func failures(_ report: DoctorReport) -> [String] {
    report.sections.flatMap(\.findings).filter { $0.level == .failure }.map(\.description)
  }

  private func user(_ attributes: String) throws -> ConnectionSettings {
    let name = uniqueName("u", separator: "_")
    try database.run("CREATE ROLE \(name) LOGIN \(attributes) PASSWORD 'secret-of-a-test'")
    return try database.settings.setting("user", name).setting("password", "secret-of-a-test")
  }

  @Test func `a sound set-up has no failure, also for a user with no more rights than a relay needs`() throws {
    let report = try examine()
    #expect(failures(report).isEmpty, "\(report.text)")
    #expect(report.count(.ok) > 12)
    let small = try examine(user("REPLICATION IN ROLE outbox_relay"))
    #expect(failures(small).isEmpty, "\(small.text)")
    #expect(!small.text.contains("GRANT outbox_relay") && small.text.contains("GRANT outbox_auditor"))
    let auditor = try examine(user("REPLICATION IN ROLE outbox_relay, outbox_auditor"))
    #expect(auditor.text.contains("may see the ids in outbox.event for trace and audit"), "\(auditor.text)")
    let smaller = try examine(user("REPLICATION"))
    #expect(failures(smaller).isEmpty, "\(smaller.text)")
    #expect(smaller.text.contains("GRANT outbox_relay"))
  }

  @Test func `a publication or slot that is missing, or of another plugin`() throws {
    #expect(
      failures(try examine { $0.publication = "nowhere" }).map { $0.contains("CREATE PUBLICATION nowhere") } == [true])
    #expect(failures(try examine { $0.slot = "nowhere" }).map { $0.contains("--create-slot") } == [true])
    let other = uniqueName("s", separator: "_")
    try database.scalar("SELECT pg_create_logical_replication_slot($1, 'test_decoding')", [.text(other)])
    #expect(failures(try examine { $0.slot = other }).map { $0.contains("another plugin") } == [true])
    let elsewhere = try SharedServers.postgres.newDatabase()
    try elsewhere.migrate()
    #expect(failures(try examine(elsewhere.settings)).map { $0.contains("another plugin or database") } == [true])
  }

  @Test func `a table that is no outbox`() throws {
    try database.run("CREATE TABLE plain (a int); CREATE PUBLICATION wrong FOR TABLE plain")
    let found = failures(try examine { $0.publication = "wrong" })
    #expect(found.map { $0.contains("table public.plain is no outbox: it has no column id") } == [true])
  }

  @Test func `a user who may not replicate, and one with a wrong password`() throws {
    #expect(failures(try examine(user("IN ROLE outbox_relay"))).map { $0.contains("REPLICATION") } == [true])
    let wrong = try examine(database.settings.setting("password", "hunter2"))
    #expect(failures(wrong).map { $0.contains("~/.pgpass") } == [true])
    #expect(!wrong.text.contains("hunter2") && !wrong.json.contains("hunter2"))
  }

  @Test func `days that are missing and strays`() throws {
    try database.run(
      """
      DO $$ DECLARE day regclass; BEGIN
        FOR day IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'outbox.event'::regclass
          AND inhrelid <> 'outbox.event_default'::regclass
        LOOP EXECUTE 'DROP TABLE ' || day; END LOOP;
      END $$;
      SELECT outbox.enqueue('a', 'k', 't', '{}')
      """)
    let report = try examine()
    #expect(failures(report).map { $0.contains("no partition for today") } == [true])
    #expect(report.text.contains("the default partition of outbox.event holds rows"))
    try database.run("SELECT * FROM outbox.maintain()")
    let mended = try examine()
    #expect(failures(mended).isEmpty)
    #expect(mended.text.contains("the default partition of outbox.event is empty"))
  }

  @Test func `wal_level too low and a pg_hba.conf without a line`() throws {
    let rules = try TemporaryDirectory(prefix: "bongsu-hba")
    try "local all all trust\nhost postgres postgres 127.0.0.1/32 trust\n"
      .write(toFile: rules.file("hba"), atomically: false, encoding: .utf8)
    let server = try PostgresServer(settings: ["wal_level": "replica", "hba_file": rules.file("hba")])
    defer { try? server.stop(.immediate) }
    let low = failures(try examine(server.connectionSettings()))
    #expect(low.contains { $0.contains("ALTER SYSTEM SET wal_level = logical") }, "\(low)")
    let refused = failures(try examine(server.connectionSettings(database: "shop").setting("user", "relay")))
    #expect(refused.map { $0.contains("host shop relay 127.0.0.1/32 scram-sha-256") } == [true], "\(refused)")
  }

  @Test func `nobody listens, on either side`() throws {
    let closed = try ClosedPort()
    let report = try examine(
      database.settings.setting("port", "\(closed.number)"),
      kafka: KafkaSettings(bootstrapServers: "127.0.0.1:\(closed.number)"))
    #expect(failures(report).count == 2)
    #expect(failures(report).first?.contains("listen_addresses") == true)
    #expect(failures(report).last?.contains("check that the brokers run") == true, "\(report.text)")
  }

  @Test func `a topic that is missing`() throws {
    let missing = failures(try examine { $0.parkedTopic = uniqueName("missing") })
    #expect(missing.map { $0.contains("does not exist") && $0.contains("bongsu topics apply") } == [true])
  }

  /// The embedded broker makes none.
  @Test(.requires(.kafka)) func `a topic that takes nothing`() throws {
    let stuck = uniqueName("stuck")
    try SharedServers.broker.makeTopic(stuck, configuration: ["min.insync.replicas": "2", "cleanup.policy": "compact"])
    let found = failures(try examine { $0.routes = ["a": stuck] })
    #expect(found.count == 2)
    #expect(found.first?.contains("wants 2 copies in sync and has 1") == true)
  }

  @Test(.requires(.kafka)) func `rights of Kafka's that are missing, and a wrong password`() throws {
    let guarded = try SharedServers.guardedKafka
    let admin = guarded.settings(user: "admin")
    let name = uniqueName("guarded")
    _ = try Admin(admin).createTopics([NewTopic(name, partitions: 1)])
    #expect(failures(try examine(kafka: admin) { ($0.topic, $0.parkedTopic) = (name, name) }).isEmpty)
    let guest = failures(
      try examine(kafka: guarded.settings(user: "guest")) { ($0.topic, $0.parkedTopic) = (name, name) })
    #expect(guest.contains { $0.contains("an idempotent producer is refused") }, "\(guest)")
    #expect(guest.contains { $0.contains("topic \(name) cannot be used (TOPIC_AUTHORIZATION_FAILED)") }, "\(guest)")
    let wrong = try examine(kafka: guarded.settings(user: "admin", password: "hunter2"))
    #expect(failures(wrong).map { $0.contains("check sasl.mechanism") } == [true], "\(wrong.text)")
    #expect(!wrong.text.contains("hunter2"))
  }

  @Test(.requires(.kafka)) func `a right that is missing on one topic alone is found, and asking leaves nothing there`()
    throws
  {
    // Not the guest, who has no right at all in other tests.
    let guarded = try SharedServers.guardedKafka
    let names = ["events", "parked"].map { uniqueName("rights-" + $0) }
    _ = try Admin(guarded.settings(user: "admin")).createTopics(names.map { NewTopic($0, partitions: 2) })
    for name in names { try guarded.grant(["Describe", "DescribeConfigs"], to: "clerk", topic: name) }
    try guarded.grant(["Write"], to: "clerk", topic: names[0])
    func look() throws -> DoctorReport {
      try examine(kafka: guarded.settings(user: "clerk")) { ($0.topic, $0.parkedTopic) = (names[0], names[1]) }
    }
    let line = "kafka-acls --bootstrap-server HOST:PORT --add --allow-principal User:clerk --operation"
    let small = try look()
    #expect(failures(small).map { $0.contains("\(line) Write --topic \(names[1])") } == [true], "\(small.text)")
    for name in names { #expect(small.text.contains("\(line) Read --topic \(name)"), "\(small.text)") }
    try guarded.grant(["Write"], to: "clerk", topic: names[1])
    for name in names { try guarded.grant(["Read"], to: "clerk", topic: name) }
    let full = try look()
    #expect(failures(full).isEmpty && !full.text.contains("kafka-acls"), "\(full.text)")
    let consumer = try Consumer(guarded.settings(user: "admin"))
    for name in names {
      for partition: Int32 in 0...1 {
        #expect(try consumer.watermarks(TopicPartition(name, partition), timeoutMilliseconds: 10_000) == (0, 0))
      }
    }
  }

  @Test func `asking for rights leaves nothing in the topics`() throws {
    #expect(try examine().text.contains("topic \(topic) may be written to and read"))
    let consumer = try Consumer(SharedServers.broker.kafkaSettings)
    #expect(try consumer.watermarks(TopicPartition(topic, 0), timeoutMilliseconds: 10_000) == (0, 0))
  }

  @Test(.requires(.kafka)) func `over TLS all is well, and a certificate that nobody trusts is told`() throws {
    let encrypted = try SharedServers.encryptedKafka
    let name = uniqueName("encrypted")
    _ = try Admin(encrypted.settings()).createTopics([NewTopic(name, partitions: 1)])
    let sound = try examine(kafka: encrypted.settings()) { ($0.topic, $0.parkedTopic) = (name, name) }
    #expect(failures(sound).isEmpty, "\(sound.text)")
    let wrong = try examine(kafka: encrypted.settings(trusts: encrypted.stranger)) {
      ($0.topic, $0.parkedTopic) = (name, name)
    }
    #expect(failures(wrong).count == 1 && wrong.text.contains("certificate verify failed"), "\(wrong.text)")
    #expect(failures(wrong).first?.contains("ssl.ca.location") == true, "\(wrong.text)")
  }

  @Test func `the command exits with 0 or 1, prints JSON on request and looks at the port`() throws {
    let arguments = [
      "doctor", "--dsn", database.conninfo, "--bootstrap-servers", try SharedServers.broker.bootstrapServers, "--topic",
      topic, "--parked-topic", topic,
    ]
    let sound = try BongsuProcess.run(arguments + ["--slot", slot, "--listen", "127.0.0.1:0"])
    #expect(sound.exit.isSuccess, "\(sound.lines)")
    #expect(sound.lines.contains("  ok    127.0.0.1:0 is free"))
    let broken = try BongsuProcess.run(arguments + ["--slot", "nowhere", "--json"])
    #expect(broken.exit == .code(1))
    let text = broken.lines.joined(separator: "\n")
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    #expect(object?["failures"] as? Int == 1)
    #expect(try BongsuProcess.run(["doctor"]).exit == .code(2))
  }
}
