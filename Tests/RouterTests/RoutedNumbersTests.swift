import Foundation
import NotificationModel
import TestSupport
import Testing

@testable import Router

/// ROUTED's numbers are what everything else is added up by.
@Suite("ROUTED's numbers", .requires(.postgres, .redis))
struct RoutedNumbersTests {
  private static let people = 40

  private func fixture(_ random: inout SeededGenerator) throws -> BatchFixture {
    let fixture = try BatchFixture(people: Self.people)
    let changes = (1...Self.people).flatMap { user in
      [
        "DELETE FROM notification.device WHERE user_id = \(user)",
        "UPDATE notification.device SET disabled_at = now(), disabled_reason = 'x' WHERE device_id = \(2 * user)",
        "UPDATE notification.app_user SET phone_number = NULL WHERE user_id = \(user)",
        "UPDATE notification.contact SET verified_at = NULL WHERE user_id = \(user)",
        "DELETE FROM notification.consent WHERE user_id = \(user)",
        "INSERT INTO notification.preference (user_id, channel, enabled) VALUES (\(user), 'push', false)",
        "INSERT INTO notification.preference (user_id, enabled) VALUES (\(user), false)",
        "INSERT INTO notification.suppression (kind, address, reason) VALUES ('email', 'user-\(user)@example.com', 'x')",
      ].filter { _ in Int.random(in: 0..<6, using: &random) == 0 }
    }
    try fixture.database.run(changes.joined(separator: ";"))
    return fixture
  }

  /// One of four users is not known.
  private func event(_ random: inout SeededGenerator) -> String {
    let to = (0..<Int.random(in: 1...6, using: &random)).map { _ in
      #"{"user": \#(Int.random(in: 1...(Self.people * 4 / 3), using: &random))}"#
    }
    let category = ["transactional", "service", "advertising", "advertising"].randomElement(using: &random)!
    let channels = ["", #", "channels": ["push", "sms"]"#, #", "channels": {"firstOf": ["sms", "email", "push"]}"#]
    let times = [
      "", "", #", "deliverAt": "2026-11-26T12:00:00+09:00""#, #", "expiresAt": "2026-11-25T11:00:00+09:00""#,
    ]
    return #"{"to": [\#(to.joined(separator: ", "))], "template": "hello", "category": "\#(category)", "#
      + #""parameters": {"name": "K", "order": "1"}"#
      + channels.randomElement(using: &random)! + times.randomElement(using: &random)! + "}"
  }

  /// Counts once more from what was written, and by events.
  @Test(arguments: [UInt64(1), 2, 3])
  func `are what was written of the event, for any people, events and moments`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let fixture = try fixture(&random)
    let router = try fixture.router()
    var total = (deliveries: 0, suppressions: 0, deferrals: 0, unresolved: 0)
    for now in [BatchFixture.noon, BatchFixture.night] {
      let events = (0..<60).map { BatchFixture.record(event(&random), offset: $0) }
      let batch = try router.route(events, now: now)
      let statuses = Dictionary(grouping: try batch.statuses(), by: \.eventID)
      let deliveries = Dictionary(grouping: try batch.deliveries(), by: \.eventID)
      let routed = try batch.routed()
      #expect(routed.count == 60 && Set(routed.map(\.eventID)).count == 60)
      for one in routed {
        let own = statuses[one.eventID] ?? []
        #expect(one.deliveries == own.count { $0.state == .pending }, "seed \(seed), \(one.eventID)")
        #expect(one.suppressions == own.count { $0.state == .suppressed }, "seed \(seed), \(one.eventID)")
        #expect(one.deferrals == own.count { $0.state == .deferred }, "seed \(seed), \(one.eventID)")
        #expect(one.deliveries + one.suppressions + one.deferrals == own.count, "seed \(seed), \(one.eventID)")
        #expect(Set(deliveries[one.eventID, default: []].map(\.id)) == pending(own), "seed \(seed), \(one.eventID)")
        #expect(Set(own.map(\.deliveryID)).count == own.count)
        total.deliveries += one.deliveries
        total.suppressions += one.suppressions
        total.deferrals += one.deferrals
        total.unresolved += one.unresolved
      }
    }
    // What waits in the database, and who is asked for again.
    #expect(try fixture.database.scalar("SELECT count(*) FROM notification.deferred") == "\(total.deferrals)")
    #expect(total.deliveries > 30 && total.suppressions > 30 && total.deferrals > 30 && total.unresolved > 10)
  }

  private func pending(_ statuses: [DeliveryStatus]) -> Set<String> {
    Set(statuses.filter { $0.state == .pending }.map(\.deliveryID))
  }

  @Test func `unresolved ones are those that the event's dead letter names`() throws {
    var random = SeededGenerator(seed: 7)
    let router = try fixture(&random).router()
    let events = (0..<40).map { BatchFixture.record(event(&random), offset: $0) }
    let batch = try router.route(events, now: BatchFixture.noon)
    let letters = Dictionary(
      batch.deadLetters.map { ($0.header("id") ?? "", $0.header("bongsu-recipients") ?? "") }
    ) { one, _ in one }
    #expect(!letters.isEmpty)
    for one in try batch.routed() {
      #expect(one.unresolved == letters[one.eventID].map { $0.split(separator: ",").count } ?? 0)
    }
  }
}
