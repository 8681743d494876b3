import PGOutput
import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite("A relay's start is refused with what to type", .requires(.postgres))
struct PreflightTests {
  private let database: TestDatabase
  private let slot = uniqueName("s", separator: "_")

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    try database.migrate()
  }

  private func source(publication: String = "bongsu") throws -> SourceSettings {
    SourceSettings(
      name: "default", connection: try database.settings, slot: slot, publication: publication, topic: "t",
      parkedTopic: "p")
  }

  @Test func `a slot that is missing is told apart from other failures`() throws {
    let connection = try database.connect()
    let missing = #expect(throws: RelayError.self) { try Preflight.check(source(), connection) }
    #expect(missing?.code == .slotMissing)
    #expect(missing?.message.contains("--create-slot") == true)
    let publication = #expect(throws: RelayError.self) { try Preflight.check(source(publication: "no"), connection) }
    #expect(publication?.code == .preflight)
    #expect(publication?.message.contains("type CREATE PUBLICATION no") == true)
    try database.makeSlot(slot)
    let facts = try Preflight.check(source(), connection)
    #expect(facts.senderTimeout == 60)
    #expect(facts.confirmed > .zero)
    #expect(facts.warnings.isEmpty)
    try database.run("SELECT pg_drop_replication_slot('\(slot)')")
  }

  @Test func `the publication can be checked before there is a slot`() throws {
    let connection = try database.connect()
    #expect(try Preflight.checkPublication(source(), connection).isEmpty)
    try database.run("CREATE PUBLICATION more FOR TABLE outbox.event")
    #expect(try Preflight.checkPublication(source(publication: "more"), connection).count == 2)
    #expect(throws: RelayError.self) { try Preflight.checkPublication(source(publication: "no"), connection) }
  }
}
