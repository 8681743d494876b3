import LocalServers
import PGOutput
import Runtime
import TestSupport
import Testing

@testable import Postgres

@Suite("The server goes away", .requires(.postgres))
struct ServerStopTests {
  private static func stream(_ settings: ConnectionSettings) throws -> ReplicationConnection {
    try PostgresConnection(settings).run(script: "CREATE TABLE t (a int); CREATE PUBLICATION p FOR TABLE t")
    let replication = try ReplicationConnection(settings)
    let slot = try replication.createSlot("s", isTemporary: true, snapshot: .nothing)
    try replication.startReplication(slot: slot.name, from: slot.consistentPoint, publications: ["p"])
    try PostgresConnection(settings).run(script: "INSERT INTO t VALUES (1)")
    let end = try replication.events { $0.commitEnd != nil }.last?.commitEnd
    // A server that stops waits until its stream is confirmed.
    if let end { try replication.send(.confirming(end)) }
    return replication
  }

  @Test(
    "a server that stops ends the stream or gives a retriable error",
    arguments: [PostgresServer.StopMode.fast, .immediate])
  func stopped(mode: PostgresServer.StopMode) throws {
    let server = try PostgresServer()
    let replication = try Self.stream(server.connectionSettings())
    let stopper = Runner { try? server.stop(mode) }
    do {
      _ = try replication.events { event in
        if case .keepAlive(let keepAlive) = event { try? replication.send(.confirming(keepAlive.walEnd)) }
        return if case .ended = event { true } else { false }
      }
    } catch let error as PostgresError {
      #expect(error.disposition == .retry(after: nil))
    }
    replication.close()
    stopper.join()
    let error = #expect(throws: PostgresError.self) { try PostgresConnection(server.connectionSettings()) }
    #expect(error?.disposition == .retry(after: nil))
  }

  @Test("a terminated walsender gives a retriable error")
  func terminated() throws {
    let settings = try SharedServers.postgres.newDatabase().settings
    let connection = try PostgresConnection(settings)
    try connection.run(script: "CREATE TABLE t (a int); CREATE PUBLICATION p FOR TABLE t")
    let replication = try ReplicationConnection(settings)
    let name = uniqueName("s", separator: "_")
    let slot = try replication.createSlot(name, isTemporary: true, snapshot: .nothing)
    try replication.startReplication(slot: name, from: slot.consistentPoint, publications: ["p"])
    let end = "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1"
    #expect(try connection.execute(end, [.text(name)]).scalar == "t")
    let error = #expect(throws: PostgresError.self) { try replication.rows(1) }
    #expect(error?.disposition == .retry(after: nil))
    #expect(error?.sqlState == .adminShutdown)
  }
}
