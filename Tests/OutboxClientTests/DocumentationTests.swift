import Foundation
import NotificationModel
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
    try service.ship(order: 7, of: 42, by: "swift post")
    #expect(throws: OrderService.NothingToShip.self) { try service.ship(order: 7, of: 42, by: "swift post") }
    let events = try database.connect().execute("SELECT aggregateid, payload, headers FROM outbox.event")
    #expect(events.rowCount == 1)
    #expect(events[0, 0] == "42" && events[0, 2] == #"{"schema": "notification.v1"}"#)
    let request = try NotificationRequest(json: JSONParser.parse(Array(try #require(events[0, 1]).utf8)))
    #expect(request.template == "order_shipped" && request.to == [.user(42)])
    #expect(request.parameters == ["order": "7", "carrier": "swift post"])
    #expect(try database.scalar("SELECT shipped FROM orders") == "t")
  }
}
