import Postgres
import Relay
import TestSupport
import Testing

@testable import Administration

@Suite("What a log-in may see of an outbox")
struct OutboxRightsTests {
  private func rights(schema: String = "outbox", table: String = "event", auditors: Bool) -> OutboxRights {
    OutboxRights(
      user: "kim", schema: schema, table: table, maySeeRows: false, auditorsMaySeeRows: auditors,
      columns: ["id", "created_at"])
  }

  @Test func `what to type follows from what there is`() {
    #expect(rights(auditors: true).grantToSeeRows == "type GRANT outbox_auditor TO kim")
    #expect(rights(auditors: false).grantToSeeRows.hasPrefix("apply migrations/outbox (bongsu migrate outbox"))
    #expect(rights(auditors: false).grantToSeeRows.hasSuffix("type GRANT outbox_auditor TO kim"))
    #expect(
      rights(schema: "shop", table: "\"Events\"", auditors: false).grantToSeeRows
        == "type GRANT USAGE ON SCHEMA shop TO kim; GRANT SELECT (id, created_at) ON shop.\"Events\" TO kim")
  }

  @Test(.requires(.postgres)) func `what is said of a table of another make is enough`() throws {
    let database = try SharedServers.postgres.newDatabase()
    try database.run(
      """
      CREATE SCHEMA "Shop"; CREATE TABLE "Shop".events (key uuid, made timestamptz, body text);
      CREATE PUBLICATION shop FOR TABLE "Shop".events; INSERT INTO "Shop".events VALUES (gen_random_uuid(), now(), 'x');
      DO $$ BEGIN CREATE ROLE testers; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
      """)
    let settings = try database.user(in: "testers")
    var source = SourceSettings(
      name: "shop", connection: settings, slot: "s", publication: "shop", topic: "t", parkedTopic: "p")
    (source.columns.id, source.columns.createdAt) = ("key", "made")
    let connection = try PostgresConnection(settings)
    func read() throws -> OutboxRights { try #require(try OutboxRights.read(source, connection).first) }
    #expect(try !read().maySeeRows)
    let command = try read().grantToSeeRows
    try database.run(String(command.dropFirst("type ".count)))
    #expect(try read().maySeeRows)
    #expect(try connection.execute(#"SELECT key, made FROM "Shop".events"#).rowCount == 1)
    #expect(throws: PostgresError.self) { try connection.execute(#"SELECT body FROM "Shop".events"#) }
    try database.run(String(try read().grantToRead.dropFirst("type ".count)))
    #expect(try connection.execute(#"SELECT * FROM "Shop".events"#).rowCount == 1)
  }
}
