import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite("A relay registers its slot", .requires(.postgres))
struct SlotRegistrationTests {
  private let database: TestDatabase
  private let slot = uniqueName("s", separator: "_")

  init() throws { database = try SharedServers.postgres.newDatabase() }

  private func attempt(
    as user: String? = nil, publication: String = "bongsu"
  ) throws -> SlotRegistration.Outcome {
    var settings = try database.settings
    if let user { settings = settings.setting("user", user).setting("password", "secret-of-a-test") }
    let source = SourceSettings(
      name: "default", connection: settings, slot: slot, publication: publication, topic: "t", parkedTopic: "p")
    return try SlotRegistration.attempt(source, PostgresConnection(settings))
  }

  @Test func `only where there is such an outbox, and the slot, and the right`() throws {
    try database.makeSlot(slot)
    #expect(try attempt() == .absent, "another make of outbox")
    try database.migrate()
    let user = uniqueName("u", separator: "_")
    try database.run("CREATE ROLE \(user) LOGIN PASSWORD 'secret-of-a-test'")
    #expect(try attempt(as: user) == .refused)
    try database.run("CREATE TABLE beside (a int); CREATE PUBLICATION beside FOR TABLE beside")
    #expect(try attempt(publication: "beside") == .absent, "a table that is none of this outbox's")
    try database.run("GRANT outbox_relay TO \(user)")
    #expect(try attempt(as: user) == .done)
    #expect(try database.scalar("SELECT name || ' ' || publication FROM outbox.slot") == "\(slot) bongsu")
    try database.run("SELECT pg_drop_replication_slot('\(slot)')")
    #expect(try attempt() == .absent, "the slot is gone")
  }
}
