import Administration
import Foundation
import Glibc
import Kafka
import LocalServers
import Postgres
import TestSupport
import Testing

/// The command against real servers: what it measures is not judged, what it leaves is.
@Suite("bongsu bench relay", .requires(.postgres, .broker))
struct BenchCommandTests {
  private let database: TestDatabase
  private let json: TemporaryDirectory

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    json = try TemporaryDirectory(prefix: "bongsu-bench")
  }

  private func arguments(_ more: String..., conninfo: String? = nil) throws -> [String] {
    [
      "bench", "relay", "--dsn", conninfo ?? database.conninfo, "--bootstrap-servers",
      try SharedServers.broker.bootstrapServers,
    ] + more
  }

  /// What is there of a run: schemas, publications, slots, topics.
  private func leftovers(_ name: String) throws -> [String] {
    let rows = try database.connect().execute(
      """
      SELECT nspname FROM pg_namespace UNION ALL SELECT pubname FROM pg_publication
      UNION ALL SELECT slot_name FROM pg_replication_slots
      """)
    let topics = try Admin(SharedServers.broker.kafkaSettings).metadata(timeoutMilliseconds: 10_000).topics.map(\.name)
    return (rows.column + topics).filter { $0.hasPrefix(name) }
  }

  /// The name that the run gave to all it makes.
  private func name(_ line: String) throws -> String {
    try #require(line.firstMatch(of: /bongsu_bench_[a-z0-9]{8}/).map { String($0.output) })
  }

  private func expectNothingLeft(_ name: String) throws {
    // A broker tells of a removed topic for a moment longer.
    try eventually("nothing is left of \(name)") { try leftovers(name).isEmpty }
  }

  @Test func `it counts every row, writes the figures and leaves nothing`() throws {
    // With an outbox beside it, which must not learn of the run.
    try database.migrate()
    let file = json.file("figures.json")
    let run = try BongsuProcess.run(
      arguments("--rows", "2000", "--seconds", "1", "--rate", "200", "--partitions", "3", "--json", file))
    #expect(run.exit.isSuccess, "\(run.lines)")
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: file)))
    let figures = try #require((object as? [String: [String: Double]])?["figures"])
    for name in ["relay_drain_missing_rows", "relay_drain_repeated_rows", "relay_latency_missing_rows"] {
      #expect(figures[name] == 0, "\(name)")
    }
    #expect(figures["latency_inserted_rows"] == 200)
    for name in [
      "slot_drain_rows_per_second", "relay_drain_rows_per_second", "relay_drain_cpu_per_row_microseconds",
      "relay_drain_resident_peak_bytes", "relay_latency_p50_milliseconds", "insert_latency_max_milliseconds",
    ] { #expect(figures[name] ?? 0 > 0, "\(name)") }
    #expect(run.lines.contains { $0.hasPrefix("bongsu relay") })
    #expect(run.lines.contains { $0.hasPrefix("insert to consumed") && $0.hasSuffix(" 200") })
    try expectNothingLeft(name(try #require(run.lines.first { $0.contains("all are removed at the end") })))
    #expect(try database.scalar("SELECT count(*) FROM outbox.slot") == "0")
  }

  @Test(arguments: [("filling", SIGINT), ("inserting", SIGTERM)])
  func `a signal ends it, and nothing is left`(stage: String, signal: Int32) throws {
    // Far more than could be done before the signal comes.
    let rows = stage == "filling" ? "100000000" : "100"
    let bongsu = try BongsuProcess(arguments("--rows", rows, "--seconds", "3600", "--rate", "100"))
    let name = try name(bongsu.process.waitForLine(containing: "all are removed at the end"))
    try bongsu.process.waitForLine(containing: "bench: \(stage)")
    #expect(try leftovers(name).count >= 3)
    bongsu.process.signal(signal)
    let exit = try bongsu.process.waitForExit(timeout: .seconds(60))
    #expect(exit == .code(128 + signal), "\(bongsu.process.lines)")
    try expectNothingLeft(name)
  }

  @Test func `what a killed run leaves is removed by what it said before`() throws {
    let bongsu = try BongsuProcess(arguments("--rows", "100", "--seconds", "3600", "--rate", "100"))
    let advice = try bongsu.process.waitForLine(containing: "should this process be killed")
    try bongsu.process.waitForLine(containing: "bench: inserting")
    bongsu.process.signal(SIGKILL)
    try bongsu.process.waitForExit()
    let name = try name(advice)
    #expect(try leftovers(name).sorted() == [name, name, name, name])
    try eventually("the slot's reader is gone") {
      try database.scalar("SELECT active FROM pg_replication_slots WHERE slot_name = '\(name)'") == "f"
    }
    let statements = try #require(advice.firstMatch(of: /with psql: (.*)\. With Kafka/)).output.1
    try database.run(String(statements))
    #expect(try leftovers(name) == [name], "the topic")
    #expect(advice.hasSuffix("kafka-topics --delete --topic \(name)"))
    _ = try Admin(SharedServers.broker.kafkaSettings).deleteTopics([name])
    try expectNothingLeft(name)
  }

  @Test func `it refuses a server that decodes nothing, and makes nothing there`() throws {
    let server = try PostgresServer(settings: ["wal_level": "replica"])
    defer { try? server.stop(.immediate) }
    let run = try BongsuProcess.run(arguments(conninfo: server.conninfo()))
    #expect(run.exit == .code(1))
    #expect(run.lines.contains { $0.contains("type ALTER SYSTEM SET wal_level = logical") }, "\(run.lines)")
    #expect(!run.lines.contains { $0.contains("bongsu_bench_") }, "\(run.lines)")
  }

  @Test func `a user who may make nothing is told what to type`() throws {
    let user = uniqueName("u", separator: "_")
    try database.run("CREATE ROLE \(user) LOGIN REPLICATION PASSWORD 'secret-of-a-test'")
    let conninfo = "\(database.conninfo) user=\(user) password=secret-of-a-test"
    let run = try BongsuProcess.run(arguments(conninfo: conninfo))
    #expect(run.exit == .code(1))
    #expect(run.lines.last?.contains("GRANT CREATE ON DATABASE \(database.name) TO \(user)") == true, "\(run.lines)")
    try expectNothingLeft(name(run.lines[0]))
  }

  @Test func `a server that goes away meanwhile leaves what a person is told to remove`() throws {
    let server = try PostgresServer()
    let bongsu = try BongsuProcess(arguments("--rows", "100000000", conninfo: server.conninfo()))
    let name = try name(bongsu.process.waitForLine(containing: "all are removed at the end"))
    try bongsu.process.waitForLine(containing: "bench: filling")
    try server.stop(.immediate)
    #expect(try bongsu.process.waitForExit(timeout: .seconds(60)) == .code(1))
    try bongsu.process.waitForOutputEnd()
    let last = try #require(bongsu.process.lines.last)
    #expect(last.contains("DROP SCHEMA IF EXISTS \(name) CASCADE"), "\(last)")
    #expect(!bongsu.process.lines.contains { $0.contains(server.password) })
    try expectNothingLeft(name)
  }
}
