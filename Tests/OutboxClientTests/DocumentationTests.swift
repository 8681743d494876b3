import Foundation
import Postgres
import TestSupport
import Testing

@Suite("docs/outbox-client.md")
struct DocumentationTests {
  private static func read(_ name: String) throws -> String {
    try String(contentsOfFile: Repository.file(name), encoding: .utf8)
  }

  @Test func `the example is the file that is compiled here`() throws {
    let text = try Self.read("docs/outbox-client.md")
    let blocks = text.components(separatedBy: "```swift\n").dropFirst().map {
      $0.components(separatedBy: "```")[0]
    }
    #expect(blocks == [try Self.read("Tests/OutboxClientTests/DocumentedExample.swift")])
  }

  @Test(.requires(.postgres))
  func `the example ships an order with its notification, and a second time neither`() throws {
    let database = try PostgresFixture.migrated()
    try database.run(
      "CREATE TABLE orders (id int PRIMARY KEY, shipped bool NOT NULL); INSERT INTO orders VALUES (7, false)")
    let service = OrderService(connection: try database.connect())
    try service.ship(order: 7, of: "user-1", by: "swift post")
    #expect(throws: OrderService.NothingToShip.self) { try service.ship(order: 7, of: "user-1", by: "swift post") }
    let events = try database.connect().execute("SELECT aggregateid, payload, headers FROM outbox.event")
    #expect(events.rowCount == 1)
    #expect(
      (0..<3).map { events[0, $0] } == ["user-1", #"{"carrier": "swift post", "orderID": 7}"#, #"{"tenant": "shop"}"#])
    #expect(try database.scalar("SELECT shipped FROM orders") == "t")
  }
}
