import LocalServers
import PGOutput
import Runtime
import TestSupport
import Testing

@testable import Postgres

@Suite("Replication slots", .requires(.postgres))
struct SlotTests {
  private let settings: ConnectionSettings
  private let connection: PostgresConnection

  init() throws {
    settings = try SharedServers.postgres.newDatabase().settings
    connection = try PostgresConnection(settings)
    try connection.run(script: "CREATE TABLE t (a int); CREATE PUBLICATION p FOR TABLE t")
  }

  @Test("the system tells its identity as SQL does")
  func identity() throws {
    let identity = try ReplicationConnection(settings).identifySystem()
    let known = try connection.execute("SELECT system_identifier FROM pg_control_system()").scalar
    #expect(identity.systemID == known)
    #expect(identity.timeline == 1)
    #expect(identity.database == settings.value("dbname"))
    #expect(identity.position > .zero)
  }

  @Test("a stream's texts do not follow the role's settings")
  func session() throws {
    let database = try #require(settings.value("dbname"))
    try connection.run(script: "ALTER DATABASE \(database) SET datestyle TO german; SET datestyle TO german")
    try connection.run(script: "ALTER DATABASE \(database) SET idle_in_transaction_session_timeout TO 1000")
    let replication = try ReplicationConnection(settings)
    #expect(try replication.execute("SHOW datestyle").scalar?.hasPrefix("ISO") == true)
    #expect(try replication.execute("SHOW idle_in_transaction_session_timeout").scalar == "0")
    #expect(replication.serverVersion >= 150_000)
  }

  @Test("an exported snapshot sees what came before the slot, and the stream what came after")
  func snapshot() throws {
    let replication = try ReplicationConnection(settings)
    try connection.run(script: "INSERT INTO t VALUES (1)")
    let slot = try replication.createSlot(uniqueName("s", separator: "_"), isTemporary: true, snapshot: .export)
    try connection.run(script: "INSERT INTO t VALUES (2)")
    let name = try #require(slot.snapshotName)
    let seen = try PostgresConnection(settings).transaction { reader in
      try reader.run(script: "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SET TRANSACTION SNAPSHOT '\(name)'")
      return try reader.execute("SELECT a FROM t").column
    }
    #expect(seen == ["1"])
    try replication.startReplication(slot: slot.name, from: slot.consistentPoint, publications: ["p"])
    #expect(try replication.rows(1) == [["2"]])
  }

  @Test("a slot without a snapshot has none, and can be dropped")
  func plain() throws {
    let replication = try ReplicationConnection(settings)
    let name = uniqueName("s", separator: "_")
    #expect(try replication.createSlot(name, isTemporary: false, snapshot: .nothing).snapshotName == nil)
    let again = #expect(throws: PostgresError.self) {
      try replication.createSlot(name, isTemporary: false, snapshot: .nothing)
    }
    #expect(again?.sqlState == .duplicateObject)
    try replication.dropSlot(name)
    #expect(throws: PostgresError.self) { try replication.dropSlot(name) }
  }

  @Test("a busy slot is retried, with 55006")
  func busy() throws {
    let name = uniqueName("s", separator: "_")
    let first = try ReplicationConnection(settings)
    let slot = try first.createSlot(name, isTemporary: false, snapshot: .nothing)
    try first.startReplication(slot: name, from: slot.consistentPoint, publications: ["p"])
    let second = try ReplicationConnection(settings)
    let error = #expect(throws: PostgresError.self) {
      try second.startReplication(slot: name, from: .zero, publications: ["p"])
    }
    #expect(error?.sqlState == .objectInUse)
    #expect(error?.disposition == .retry(after: nil))
    #expect(first.stop(timeout: .seconds(20)))
    #expect(throws: Never.self) { try second.startReplication(slot: name, from: .zero, publications: ["p"]) }
    #expect(second.stop(timeout: .seconds(20)))
    try second.dropSlot(name)
  }

  @Test("a missing slot stops, with 42704")
  func missing() throws {
    let error = #expect(throws: PostgresError.self) {
      try ReplicationConnection(settings).startReplication(slot: "nowhere", from: .zero, publications: ["p"])
    }
    #expect(error?.sqlState == .undefinedObject)
    guard case .stop = try #require(error).disposition else { return #expect(Bool(false), "it never comes back") }
  }

  @Test("a missing publication stops, when the first transaction comes")
  func missingPublication() throws {
    let replication = try ReplicationConnection(settings)
    let slot = try replication.createSlot(uniqueName("s", separator: "_"), isTemporary: true, snapshot: .nothing)
    try replication.startReplication(slot: slot.name, from: slot.consistentPoint, publications: ["nowhere"])
    try connection.run(script: "INSERT INTO t VALUES (1)")
    let error = #expect(throws: PostgresError.self) { try replication.rows(1) }
    #expect(error?.sqlState == .undefinedObject)
    guard case .stop = try #require(error).disposition else { return #expect(Bool(false), "a person must make it") }
  }

  @Test("a slot that lost its log stops, with 55000")
  func lost() throws {
    let server = try PostgresServer(settings: ["max_slot_wal_keep_size": "1MB"])
    defer { try? server.stop(.immediate) }
    let admin = try PostgresConnection(server.connectionSettings())
    let name = uniqueName("s", separator: "_")
    let replication = try ReplicationConnection(server.connectionSettings())
    _ = try replication.createSlot(name, isTemporary: false, snapshot: .nothing)
    for _ in 0..<3 { try admin.run(script: "SELECT pg_switch_wal(); CREATE TABLE x (); DROP TABLE x") }
    try admin.run(script: "CHECKPOINT")
    #expect(try admin.execute("SELECT wal_status FROM pg_replication_slots").scalar == "lost")
    let error = #expect(throws: PostgresError.self) {
      try replication.startReplication(slot: name, from: .zero, publications: ["p"])
    }
    #expect(error?.sqlState == .unmetPrerequisite)
    guard case .stop = try #require(error).disposition else { return #expect(Bool(false), "it never comes back") }
  }

  @Test("a name that could end the command is refused before it is sent")
  func injection() throws {
    let replication = try ReplicationConnection(settings)
    for name in ["a\" TEMPORARY", "a b", ""] {
      let error = #expect(throws: PostgresError.self) {
        try replication.createSlot(name, isTemporary: true, snapshot: .nothing)
      }
      #expect(error?.code == .configuration)
    }
  }
}
